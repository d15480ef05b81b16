import { upsert, type Upsert } from '../db/bulk.ts';
import type { Entity, Generation } from '../db/generated/prisma/enums.ts';
import type { ListEnd, RecordBatch } from '../template/client.ts';
import type { ValidateOptions, Validated } from '../template/contract/issues.ts';
import type { EntityContext } from './entity-sync.ts';
import { closeUnseenIssues, hasOpenIssues, recordIssues } from './issues.ts';
import { prefetch } from './prefetch.ts';
import { scan, type ScanEnd } from './scan.ts';
import { writeLog } from './runs.ts';
import { commitPage, emptyTally } from './tally.ts';
import { validateChunks } from './validate.ts';

/** A mirrored list: where it is read, how a row is checked, how a page is written. */
export interface MirroredList<Row extends { sourceId: number }> {
  entity: Entity;
  paged: boolean;
  read: (context: EntityContext, offset: number) => AsyncGenerator<RecordBatch, ListEnd>;
  validate: (raw: unknown, options: ValidateOptions) => Validated<Row>;
  statement: Upsert<Row>;
}

/**
 * Brings one list of one site up to date: fetches, validates and writes page after page, each stage one page ahead
 * of the next. Nothing is deleted here.
 */
export async function syncList<Row extends { sourceId: number }>(
  context: EntityContext,
  list: MirroredList<Row>,
): Promise<Generation | null> {
  const { database, siteId, runId, pageRows, signal } = context;
  const scope = { siteId, runId, entity: list.entity };
  const tally = emptyTally();
  let openIssues = await hasOpenIssues(database.pool, scope);

  const chunks = prefetch(scan((offset) => list.read(context, offset), { pageRows, paged: list.paged }));
  const pages = prefetch(validateChunks(chunks, list.validate, { strict: context.strict }));
  let step = await pages.next();
  for (; step.done !== true; step = await pages.next()) {
    signal.throwIfAborted();
    const page = step.value;
    await commitPage(database, { runId, entity: list.entity, tally }, async (client) => {
      const counts = await upsert(client, list.statement, siteId, page.sentAt, page.rows);
      if (openIssues || page.issues.length > 0) await recordIssues(client, scope, page.records, page.issues);
      tally.pages = page.pages;
      tally.received += page.records.length;
      tally.created += counts.created;
      tally.updated += counts.updated;
      tally.unchanged += counts.unchanged;
      tally.rejected += page.rejected;
      tally.normalised += page.normalised;
      tally.duplicates += page.duplicates;
    });
    openIssues ||= page.issues.length > 0;
  }
  const end = step.value;
  tally.pages = end.pages;
  await commitPage(database, { runId, entity: list.entity, tally }, async (client) => {
    if (openIssues) await closeUnseenIssues(client, scope, (record) => isMet(record, end));
    if (end.repeated.length > 0) {
      await writeLog(client, runId, 'WARNING', list.entity, repetition(tally.duplicates, end.repeated));
    }
  });
  return end.generation;
}

/** Whether the scan met the record: an id, or a place of the list. */
function isMet(record: string, { ids, rows }: ScanEnd): boolean {
  return record.startsWith('@') ? Number(record.slice(1)) < rows : ids.has(Number(record));
}

const repetition = (duplicates: number, ids: readonly number[]): string =>
  `Expected each record once, got ${duplicates} again (${duplicates > ids.length ? 'among them ' : ''}id ` +
  `${ids.join(', ')}): the list changed while it was read, or the site repeats records. The later one is kept.`;
