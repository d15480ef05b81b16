import type { BaseOrder } from '../records/record.ts';
import type { ListItem, Row } from './json.ts';

export type RowId = number | string;

/** A run of untouched rows, or one row that was written since; `start` is its offset in the list. */
type Segment = { start: number; from: number; length: number } | { start: number; row: Row; length: 1 };

/** A list as it stood at one moment: what one SELECT sees, whatever is written while it is being read. */
export interface Snapshot {
  readonly count: number;
  /** True when objects are to be answered as they are, not by the columns of the table. */
  readonly isRaw: boolean;
  read(offset: number, limit: number): Generator<ListItem>;
}

/**
 * The rows of one table: a closed form for those that were there from the start, and the few changes on top.
 * Paging costs a binary search over the changes, so it is cheap as long as there are few.
 */
export interface RowList {
  snapshot(): Snapshot;
  find(id: RowId): Row | undefined;
  /** Writes a row over the one with this id, or as a new one. */
  put(id: RowId, row: Row): void;
  remove(id: RowId): boolean;
  revive(id: RowId): boolean;
  nextId(): number;
}

export function createRowList(count: number, make: (id: number) => Row, order: BaseOrder): RowList {
  const hidden = new Set<number>();
  const written = new Map<RowId, Row>();
  const graves = new Map<RowId, Row>();
  const positions = new WeakMap<Row, number>();
  let highestId = count;
  let current: Snapshot | undefined;

  const isBase = (id: RowId): id is number =>
    typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= count;

  // A written row keeps its place among the untouched ones, so it is looked for once.
  function placeOf(row: Row): number {
    const known = positions.get(row) ?? positionBefore(row, count, make, order);
    positions.set(row, known);
    return known;
  }

  function find(id: RowId): Row | undefined {
    const row = written.get(id);
    if (row) return row;
    return isBase(id) && !hidden.has(id) ? make(id) : undefined;
  }

  function put(id: RowId, row: Row): void {
    if (isBase(id)) hidden.add(id);
    if (typeof id === 'number' && id > highestId) highestId = id;
    written.set(id, row);
    current = undefined;
  }

  return {
    find,
    put,
    nextId: () => highestId + 1,
    snapshot() {
      current ??= freeze(buildSegments(count, order, hidden, written, placeOf), make, order);
      return current;
    },
    remove(id) {
      const row = find(id);
      if (!row) return false;
      graves.set(id, row);
      written.delete(id);
      if (isBase(id)) hidden.add(id);
      current = undefined;
      return true;
    },
    revive(id) {
      const row = graves.get(id);
      if (!row) return false;
      graves.delete(id);
      put(id, row);
      return true;
    },
  };
}

/** How many untouched rows come before this one. */
function positionBefore(row: Row, count: number, make: (id: number) => Row, order: BaseOrder): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order.compare(make(order.idAt(middle)), row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function buildSegments(
  count: number,
  order: BaseOrder,
  hidden: ReadonlySet<number>,
  written: ReadonlyMap<RowId, Row>,
  placeOf: (row: Row) => number,
): Segment[] {
  const inserts = [...written.values()]
    .map((row) => ({ at: placeOf(row), row }))
    .toSorted((left, right) => left.at - right.at || order.compare(left.row, right.row));
  const holes = [...hidden].map((id) => order.positionOf(id)).toSorted((left, right) => left - right);

  const segments: Segment[] = [];
  let start = 0;
  let from = 0;
  const upTo = (position: number) => {
    if (position > from) {
      segments.push({ start, from, length: position - from });
      start += position - from;
      from = position;
    }
  };
  let hole = 0;
  const holesBefore = (position: number) => {
    for (let at = holes[hole]; at !== undefined && at < position; at = holes[++hole]) {
      upTo(at);
      from = at + 1;
    }
  };
  for (const { at, row } of inserts) {
    holesBefore(at);
    upTo(at);
    segments.push({ start, row, length: 1 });
    start += 1;
  }
  holesBefore(Infinity);
  upTo(count);
  return segments;
}

function freeze(segments: readonly Segment[], make: (id: number) => Row, order: BaseOrder): Snapshot {
  const last = segments.at(-1);
  return {
    count: last ? last.start + last.length : 0,
    isRaw: false,
    *read(offset, limit) {
      let left = limit;
      for (let index = segmentAt(segments, offset); left > 0; index++) {
        const segment = segments[index];
        if (!segment) return;
        if ('row' in segment) {
          left -= 1;
          yield segment.row;
          continue;
        }
        const skipped = Math.max(0, offset - segment.start);
        const end = segment.from + Math.min(segment.length, skipped + left);
        for (let position = segment.from + skipped; position < end; position++) {
          left -= 1;
          yield make(order.idAt(position));
        }
      }
    },
  };
}

/** The segment that holds an offset, or one past the last. */
function segmentAt(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle];
    if (segment && segment.start + segment.length <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
