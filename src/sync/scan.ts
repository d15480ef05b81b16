import { CimaiseError } from '../core/errors.ts';
import { leave } from '../core/leave.ts';
import type { Generation } from '../db/generated/prisma/enums.ts';
import type { ListEnd, RecordBatch } from '../template/client.ts';
import { createPass, openPage, type Pass, type PassPart } from './pass.ts';

/** A page brought nothing that an earlier page had not: going on would not end. */
export class ScanStuckError extends CimaiseError {
  override readonly name = 'ScanStuckError';
  readonly code = 'SCAN_STUCK';

  constructor(where: string) {
    super(
      `Expected new records, got none in ${where}: only records that came before or have no id; ` +
        'the site ignores offset or its list is broken.',
    );
  }
}

/** A list so long that reading on is more likely a fault of the site than a gallery. */
export class ScanTooLongError extends CimaiseError {
  override readonly name = 'ScanTooLongError';
  readonly code = 'SCAN_TOO_LONG';

  constructor() {
    super(
      `Expected at most ${ROWS_AT_MOST} rows in a list, got more; the site seems to make its rows up, look at its list.`,
    );
  }
}

/** Rows of a list as they came, at most as many as are written in one statement. */
export interface ScanChunk {
  /** Place of the first record in the list, from 0. */
  firstIndex: number;
  records: unknown[];
  /** How many of them have an id that came before in this pass. */
  duplicates: number;
  /** When the request that brought them was sent. */
  sentAt: Date;
  /** Where the pass stands after them. */
  part: PassPart;
}

export interface ScanEnd {
  generation: Generation | null;
  /** The first ids that came again, a few of them at most. */
  repeated: number[];
}

export interface ScanOptions {
  /** New rows asked for in one request, and rows of a chunk at most. */
  pageRows: number;
  /** Whether the endpoint knows `limit` and `offset` at all. */
  paged: boolean;
  /** The pass that is read, or read on: kept up to date, ahead of the chunks. */
  pass?: Pass;
}

/** Which rows of a list are asked for. */
export interface ListWindow {
  offset: number;
  limit: number;
}

type ReadPage = (window: ListWindow) => AsyncGenerator<RecordBatch, ListEnd>;

/** So many records without a new id, one after another, and the list is not worth reading on: nor its issues keeping. */
const NOTHING_NEW_AT_MOST = 10_000;
/** Full pages without a new id, one after another: so many rows may have been added meanwhile, but not more. */
const IDLE_PAGES_AT_MOST = 3;
const REPEATED_SHOWN = 5;
/** Twice the largest gallery foreseen. The ids of a scan are held: 34 MB for so many. */
const ROWS_AT_MOST = 2_000_000;
/** Rows may be as large as a megabyte: a chunk of such rows ends before it is full. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** How many rows early a page begins, one attempt after another, until a row is met that is known. */
const OVERLAPS = [1, 8, 64, 512];

/**
 * Reads a whole list, page after page, and misses no row that stays in it, whatever is added and deleted meanwhile.
 *
 * Each page begins one row early. Where a row is met that is known, all that comes behind it in the list is still to
 * come. Where none is, rows before it have gone, and the page is asked for from further back. Only where that fails,
 * or where rows change places, a row may be missed: the pass tells.
 *
 * How much a site gives at once is the site's choice: one that caps `limit` is read to its end all the same, and one
 * that ignores `offset` (v1: every page is the whole list) ends after one page. Holds one chunk and the ids, never a
 * whole list.
 *
 * @throws ScanStuckError, ScanTooLongError, and whatever reading a page throws
 */
export async function* scan(
  readPage: ReadPage,
  { pageRows, paged, pass = createPass() }: ScanOptions,
): AsyncGenerator<ScanChunk, ScanEnd> {
  const repeated: number[] = [];
  let nothingNew = 0;
  let rowsRead = 0;
  let idlePages = 0;
  let attempt = 0;
  for (;;) {
    const overlaps = overlapsOf(pass);
    const isLastAttempt = attempt >= overlaps.length - 1;
    const overlap = overlaps[attempt] ?? 0;
    const limit = pageRows + overlap;
    const page = openPage(pass, overlap);
    let chunk = emptyChunk();
    let isUntied = false;
    const answer = readPage({ offset: page.offset, limit });
    try {
      let step = await answer.next();
      reading: for (; step.done !== true; step = await answer.next()) {
        const { records, bytes, sentAt, isNewBeginning = false } = step.value;
        chunk.bytes += bytes;
        chunk.sentAt = sentAt;
        if ((page.rows === 0 || isNewBeginning) && !page.isTiedBy(records)) {
          isUntied = true;
          if (page.rows === 0 && !isLastAttempt) break reading;
          pass.isTied = false;
        }
        for (const record of records) {
          // A full chunk waits for one record more: with none to come, it is the one that ends the page.
          if (chunk.records.length === pageRows || (chunk.bytes > CHUNK_BYTES && chunk.records.length > 0)) {
            yield cut(chunk, page.cut());
            chunk = emptyChunk(sentAt);
          }
          if (++rowsRead > ROWS_AT_MOST) throw new ScanTooLongError();
          const index = page.offset + page.rows;
          const meeting = page.meet(record);
          if (meeting.as === 'KNOWN') continue;
          if (meeting.as === 'NEW') nothingNew = 0;
          else if (++nothingNew > NOTHING_NEW_AT_MOST) {
            throw new ScanStuckError(`${NOTHING_NEW_AT_MOST} records in a row`);
          }
          if (meeting.as === 'AGAIN') {
            chunk.duplicates++;
            if (repeated.length < REPEATED_SHOWN) repeated.push(meeting.id);
          }
          if (chunk.records.push(record) === 1) chunk.firstIndex = index;
        }
      }
      // Nothing there where the last row was: some have gone.
      isUntied ||= step.done === true && step.value.rows === 0 && page.offset > 0;
      // Of a page that came in two attempts, what the first had brought is kept: the pass tells.
      if (step.done !== true || (isUntied && page.rows === 0 && !isLastAttempt)) {
        attempt++;
        continue;
      }
      attempt = 0;
      const { generation, rows } = step.value;
      // A v1 site whose list is as long as a page is asked once more: the same list again is not a second page.
      if (generation === 'V1' && page.offset > 0 && !page.hasNew) return { generation, repeated };
      page.end(rows);
      if (chunk.records.length > 0) yield cut(chunk, page.cut());
      if (!paged || (generation === 'V1' && rows !== limit)) {
        if (page.offset === 0) pass.isTied = pass.isOrdered = true; // one answer shows one moment
        return { generation, repeated };
      }
      if (rows === 0 || (!page.hasNew && rows < pass.capacity)) {
        // An empty page proves the end only where pages cannot overlap.
        if (isUntied && pass.capacity > 1) pass.isTied = false;
        return { generation, repeated };
      }
      idlePages = page.hasNew ? 0 : idlePages + 1;
      if (idlePages > IDLE_PAGES_AT_MOST) throw new ScanStuckError(`page ${pass.pages} of the list`);
    } finally {
      await leave(answer);
    }
  }
}

/** By how many rows the next page may overlap what was read. A site that gives one row at a time leaves no choice. */
function overlapsOf({ position, pages, capacity }: Pass): number[] {
  if (pages === 0) return [position]; // its first page never ended: a v1 site has no other
  if (capacity < 2) return [0];
  const most = Math.min(capacity - 1, position);
  return [...OVERLAPS.filter((rows) => rows < most), most];
}

interface OpenChunk extends Omit<ScanChunk, 'part'> {
  bytes: number;
}

const emptyChunk = (sentAt = new Date(0)): OpenChunk => ({
  firstIndex: 0,
  records: [],
  duplicates: 0,
  sentAt,
  bytes: 0,
});

const cut = ({ firstIndex, records, duplicates, sentAt }: OpenChunk, part: PassPart): ScanChunk => ({
  firstIndex,
  records,
  duplicates,
  sentAt,
  part,
});
