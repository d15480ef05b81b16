import { CimaiseError } from '../core/errors.ts';
import type { Generation } from '../db/generated/prisma/enums.ts';
import type { ListEnd, RecordBatch } from '../template/client.ts';
import { IdSet } from './id-set.ts';

/** A page brought nothing that an earlier page had not: going on would not end. */
export class ScanStuckError extends CimaiseError {
  override readonly name = 'ScanStuckError';
  readonly code = 'SCAN_STUCK';
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
}

export interface ScanOptions {
  /** Rows asked for in one request, and rows of a chunk at most. */
  pageRows: number;
  /** Whether the endpoint knows `limit` and `offset` at all. */
  paged: boolean;
}

type ReadPage = (offset: number) => AsyncGenerator<RecordBatch, ListEnd>;

/**
 * Reads a whole list, page after page, until a page is empty. How much a site gives at once is the site's choice:
 * one that caps `limit` is read to its end all the same, and one that ignores `offset` (v1: every page is the whole
 * list) ends after one page. Holds one chunk and the ids, never a whole list.
 *
 * @throws ScanStuckError, and whatever reading a page throws
 */
export async function* scan(
  readPage: ReadPage,
  { pageRows, paged }: ScanOptions,
): AsyncGenerator<ScanChunk, ScanEnd> {
  const ids = new IdSet();
  let pages = 0;
  let rows = 0;
  for (;;) {
    const idsBefore = ids.size;
    const firstIndex = rows;
    let chunk = emptyChunk(rows, pages);
    const page = readPage(rows);
    let step = await page.next();
    for (; step.done !== true; step = await page.next()) {
      chunk.sentAt = step.value.sentAt;
      for (const record of step.value.records) {
        const id = idOf(record);
        if (id !== null && !ids.add(id)) chunk.duplicates++;
        rows++;
        if (chunk.records.push(record) === pageRows) {
          yield chunk;
          chunk = emptyChunk(rows, pages);
        }
      }
    }
    pages++;
    const { generation } = step.value;
    if (chunk.records.length > 0) yield { ...chunk, pages };

    const pageSize = rows - firstIndex;
    const end = { pages, rows, generation };
    if (pageSize === 0 || !paged) return end;
    if (generation === 'V1' && (pageSize !== pageRows || ids.size === idsBefore)) return end;
    if (ids.size === idsBefore) {
      throw new ScanStuckError(
        `Expected new records on page ${pages} of the list, got only records that came before or have no id; ` +
          'the site ignores offset or its list is broken.',
      );
    }
  }
}

const emptyChunk = (firstIndex: number, pages: number): ScanChunk => ({
  firstIndex,
  records: [],
  duplicates: 0,
  sentAt: new Date(0),
  pages,
});

/** The record's id if it is a sound one; whether the record as a whole is sound is decided later. */
function idOf(record: unknown): number | null {
  if (typeof record !== 'object' || record === null || !('id' in record)) return null;
  const { id } = record;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null;
}
