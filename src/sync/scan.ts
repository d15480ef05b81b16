import { CimaiseError } from '../core/errors.ts';
import { leave } from '../core/leave.ts';
import type { Generation } from '../db/generated/prisma/enums.ts';
import type { ListEnd, RecordBatch } from '../template/client.ts';
import { IdSet } from './id-set.ts';

/** A page brought nothing that an earlier page had not: going on would not end. */
export class ScanStuckError extends CimaiseError {
  override readonly name = 'ScanStuckError';
  readonly code = 'SCAN_STUCK';
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
  /** How many of them have an id that came before in this scan. */
  duplicates: number;
  /** When the request that brought them was sent. */
  sentAt: Date;
  /** Answers read to their end so far. */
  pages: number;
}

export interface ScanEnd {
  pages: number;
  rows: number;
  generation: Generation | null;
  ids: Pick<IdSet, 'has'>;
  /** The first ids that came again, a few of them at most. */
  repeated: number[];
}

export interface ScanOptions {
  /** Rows asked for in one request, and rows of a chunk at most. */
  pageRows: number;
  /** Whether the endpoint knows `limit` and `offset` at all. */
  paged: boolean;
}

type ReadPage = (offset: number) => AsyncGenerator<RecordBatch, ListEnd>;

/** So many records without a new id, one after another, and the list is not worth reading on: nor its issues keeping. */
const NOTHING_NEW_AT_MOST = 10_000;
const REPEATED_SHOWN = 5;
/** Twice the largest gallery foreseen. The ids of a scan are held: 34 MB for so many. */
const ROWS_AT_MOST = 2_000_000;
/** Rows may be as large as a megabyte: a chunk of such rows ends before it is full. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Reads a whole list, page after page, until a page is empty. How much a site gives at once is the site's choice:
 * one that caps `limit` is read to its end all the same, and one that ignores `offset` (v1: every page is the whole
 * list) ends after one page. Holds one chunk and the ids, never a whole list.
 *
 * A list that grows at its front while it is read moves its last rows to where its end was: a page that is shorter
 * than the first and holds nothing new is taken as that, once.
 *
 * @throws ScanStuckError, ScanTooLongError, and whatever reading a page throws
 */
export async function* scan(
  readPage: ReadPage,
  { pageRows, paged }: ScanOptions,
): AsyncGenerator<ScanChunk, ScanEnd> {
  const ids = new IdSet();
  const repeated: number[] = [];
  let nothingNew = 0;
  /** Takes note of a record, and tells whether its id came before. */
  const isRepeated = (record: unknown): boolean => {
    const id = idOf(record);
    if (id !== null && ids.add(id)) {
      nothingNew = 0;
      return false;
    }
    if (++nothingNew > NOTHING_NEW_AT_MOST) throw stuck(`${NOTHING_NEW_AT_MOST} records in a row`);
    if (id !== null && repeated.length < REPEATED_SHOWN) repeated.push(id);
    return id !== null;
  };

  let generation: Generation | null = null;
  let pages = 0;
  let rows = 0;
  let firstPageRows = 0;
  let wasNothingNew = false;
  for (;;) {
    const idsBefore = ids.size;
    const firstIndex = rows;
    // A v1 site whose list is as long as a page is asked once more: the same list again is not a second page.
    const isRepetition = () => generation === 'V1' && ids.size === idsBefore;
    let chunk = emptyChunk(rows, pages);
    let chunkBytes = 0;
    const page = readPage(rows);
    try {
      let step = await page.next();
      for (; step.done !== true; step = await page.next()) {
        chunk.sentAt = step.value.sentAt;
        chunkBytes += step.value.bytes;
        for (const record of step.value.records) {
          // A full chunk waits for one record more: with none to come, it is the one that ends the page.
          if (chunk.records.length === pageRows || (chunkBytes > CHUNK_BYTES && chunk.records.length > 0)) {
            if (isRepetition()) return { pages, rows: firstIndex, generation, ids, repeated: [] };
            yield chunk;
            chunk = emptyChunk(rows, pages, step.value.sentAt);
            chunkBytes = 0;
          }
          if (isRepeated(record)) chunk.duplicates++;
          if (++rows > ROWS_AT_MOST) throw new ScanTooLongError();
          chunk.records.push(record);
        }
      }
      if (isRepetition()) return { pages, rows: firstIndex, generation, ids, repeated: [] };
      generation = step.value.generation;
      rows = firstIndex + step.value.rows; // a page read in two attempts may have brought a row twice
    } finally {
      await leave(page);
    }
    pages++;
    if (chunk.records.length > 0) yield { ...chunk, pages };

    const pageSize = rows - firstIndex;
    if (firstIndex === 0) firstPageRows = pageSize;
    const isNothingNew = ids.size === idsBefore;
    if (pageSize === 0 || !paged || (generation === 'V1' && pageSize !== pageRows)) {
      return { pages, rows, generation, ids, repeated };
    }
    if (isNothingNew && (wasNothingNew || pageSize >= firstPageRows))
      throw stuck(`page ${pages} of the list`);
    wasNothingNew = isNothingNew;
  }
}

const stuck = (where: string): ScanStuckError =>
  new ScanStuckError(
    `Expected new records, got none in ${where}: only records that came before or have no id; ` +
      'the site ignores offset or its list is broken.',
  );

const emptyChunk = (firstIndex: number, pages: number, sentAt = new Date(0)): ScanChunk => ({
  firstIndex,
  records: [],
  duplicates: 0,
  sentAt,
  pages,
});

/** The record's id if it is a sound one; whether the record as a whole is sound is decided later. */
function idOf(record: unknown): number | null {
  if (typeof record !== 'object' || record === null || !('id' in record)) return null;
  const { id } = record;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null;
}
