import { createHash } from 'node:crypto';

import { IdSet } from './id-set.ts';

/** What one reading of a list knows of it so far; made again from its parts when it goes on after a kill. */
export interface Pass {
  /** Ids met. */
  ids: IdSet;
  /** In which turn each of the latest of them came. */
  turns: { set(id: number, turn: number): void; get(id: number): number | undefined };
  /** Tells whether two passes met the same ids in the same order. */
  sequence: { add(ids: readonly number[]): void; digest(): string };
  /** The first id of the list: an answer that begins with it begins where the list does. */
  firstId: number | null;
  /** Rows of the largest page: one as large may not be the last. */
  capacity: number;
  /** Place in the list, from 0, after the last row read. */
  position: number;
  /** Rows met, each once: those with an id, and those without. */
  rows: number;
  /** Answers read to their end, and the offsets they began at. */
  pages: number;
  offsets: number[];
  /**
   * True while every page met a row that was known: then no row was missed that was in the list all the time
   * and kept its place among the others, whatever was added and deleted around it.
   */
  isTied: boolean;
  /** True while rows that came again came in the order of before: then none is known to have changed places. */
  isOrdered: boolean;
}

/** A part of a pass, as it was committed. The counts are those of the pass up to its end. */
export interface PassPart {
  /** That was asked for. */
  offset: number;
  position: number;
  pages: number;
  rows: number;
  isTied: boolean;
  isOrdered: boolean;
  /** The ids that were new in it, in their order. */
  ids: readonly number[];
}

/** The pass that has read these parts, in their order; without any, one that is about to begin. */
export function createPass(parts: readonly PassPart[] = []): Pass {
  const hash = createHash('sha1'); // no matter of secrecy: any hash without accidental collisions will do
  const sequence = {
    add: (ids: readonly number[]) => void hash.update(Float64Array.from(ids)),
    digest: () => hash.copy().digest('base64url'),
  };
  const ids = new IdSet();
  const turns = createTurns();
  for (const part of parts) {
    sequence.add(part.ids);
    for (const id of part.ids) if (ids.add(id)) turns.set(id, ids.size);
  }
  const last = parts.at(-1);
  return {
    ids,
    turns,
    sequence,
    firstId: parts.find((part) => part.ids.length > 0)?.ids[0] ?? null,
    capacity: Math.max(0, ...parts.map(({ position, offset }) => position - offset)),
    position: last?.position ?? 0,
    rows: last?.rows ?? 0,
    pages: last?.pages ?? 0,
    offsets: [...new Set(parts.map(({ offset }) => offset))],
    isTied: last?.isTied ?? true,
    isOrdered: last?.isOrdered ?? true,
  };
}

const TURNS_KEPT = 10_000; // the largest page

/** Keeps the latest turns, and lets the others go by the thousand. */
function createTurns(): Pass['turns'] {
  let latest = new Map<number, number>();
  let before = latest;
  return {
    set(id, turn) {
      if (latest.size >= TURNS_KEPT) [before, latest] = [latest, new Map()];
      latest.set(id, turn);
    },
    get: (id) => latest.get(id) ?? before.get(id),
  };
}

/** How a record of a page stands to what was read before it. */
type Meeting = { as: 'NEW' | 'UNNAMED' | 'KNOWN' } | { as: 'AGAIN'; id: number };

/** One answer while it is read: says which of its records are new to the pass, and keeps the pass up to date. */
export interface Page {
  /** That is asked for. */
  readonly offset: number;
  /** Records met so far. */
  readonly rows: number;
  readonly hasNew: boolean;
  /** Whether an answer that begins with these records is tied to what was read before it. */
  isTiedBy(records: readonly unknown[]): boolean;
  /** Takes note of the next record: KNOWN is one that was read before and had to come again. */
  meet(record: unknown): Meeting;
  /** Takes note of the end of the answer, which had so many rows. */
  end(rows: number): void;
  /** What was met since the last cut, as a part of the pass. */
  cut(): PassPart;
}

/** A page that begins `overlap` rows before the place that was read. */
export function openPage(pass: Pass, overlap: number): Page {
  const offset = pass.position - overlap;
  let known = overlap;
  let lastTurn = 0;
  let rows = 0;
  let hasNew = false;
  let newIds: number[] = [];
  return {
    offset,
    get rows() {
      return rows;
    },
    get hasNew() {
      return hasNew;
    },
    isTiedBy(records) {
      // Offset was ignored, or the list has grown by as many rows: then all that was read comes again.
      if (pass.firstId !== null && idOf(records[0]) === pass.firstId) known = pass.position;
      return offset === 0 || records.some((record) => pass.ids.has(idOf(record) ?? NONE));
    },
    meet(record) {
      const place = rows++;
      const id = idOf(record);
      if (id === null) {
        if (place < known && !hasNew) return { as: 'KNOWN' };
        pass.rows++;
        return { as: 'UNNAMED' };
      }
      if (pass.ids.add(id)) {
        pass.firstId ??= id;
        pass.rows++;
        pass.turns.set(id, pass.ids.size);
        newIds.push(id);
        hasNew = true;
        return { as: 'NEW' };
      }
      // Rows that come again come in the order in which they came before, unless one has changed places.
      const turn = pass.turns.get(id) ?? NONE;
      if (turn < lastTurn) pass.isOrdered = false;
      lastTurn = turn;
      return place < known ? { as: 'KNOWN' } : { as: 'AGAIN', id };
    },
    end(rowsOfAnswer) {
      rows = rowsOfAnswer; // a page read in two attempts may have brought a row twice
      pass.pages++;
      if (pass.offsets.at(-1) !== offset) pass.offsets.push(offset); // a kill may have cut the same answer short
      pass.position = offset + rows;
      pass.capacity = Math.max(pass.capacity, rows);
    },
    cut() {
      const ids = newIds;
      newIds = [];
      pass.sequence.add(ids);
      pass.position = offset + rows;
      const { position, pages, isTied, isOrdered } = pass;
      return { offset, position, pages, rows: pass.rows, isTied, isOrdered, ids };
    },
  };
}

const NONE = -1;

/** The record's id if it is a sound one; whether the record as a whole is sound is decided later. */
function idOf(record: unknown): number | null {
  if (typeof record !== 'object' || record === null || !('id' in record)) return null;
  const { id } = record;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null;
}
