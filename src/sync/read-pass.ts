import { leave } from '../core/leave.ts';
import type { Upsert } from '../db/bulk.ts';
import type { Entity, Generation } from '../db/generated/prisma/enums.ts';
import type { ListEnd, RecordBatch } from '../template/client.ts';
import { driftOf, type DriftReport } from '../template/contract/drift.ts';
import { FieldCensus } from '../template/contract/field-census.ts';
import type { ValidateOptions, Validated } from '../template/contract/issues.ts';
import type { KnownFields } from '../template/contract/known-fields.ts';
import { mismatchOf } from './contract-mismatch.ts';
import { recordDrift } from './drift.ts';
import { hasOpenHold } from './deletion-holds.ts';
import type { EntityContext } from './entity-sync.ts';
import { hasOpenIssues } from './issues.ts';
import type { Pass } from './pass.ts';
import { prefetch } from './prefetch.ts';
import { writeLog } from './runs.ts';
import { savePart } from './scans.ts';
import { scan, type ListWindow } from './scan.ts';
import type { Tally } from './sync-event.ts';
import { commitPage } from './tally.ts';
import { validateChunks, type ValidPage } from './validate.ts';
import { writeRows } from './write-rows.ts';

/** A mirrored list: where it is read, how a row is checked, how a page is written. */
export interface MirroredList<Row extends { sourceId: number }> {
  entity: Entity;
  paged: boolean;
  read: (context: EntityContext, window: ListWindow) => AsyncGenerator<RecordBatch, ListEnd>;
  validate: (raw: unknown, options: ValidateOptions) => Validated<Row>;
  fields: KnownFields;
  statement: Upsert<Row>;
}

/** The pass to read: its number within the run, from 1, and how many parts of it are stored already. */
export interface NumberedPass {
  number: number;
  parts: number;
  pass: Pass;
}

/** What a pass has told of its site. */
export interface PassEnd {
  generation: Generation | null;
  drift: DriftReport;
}

/**
 * Reads one list of one site from where the pass stands to its end: while a page is written, the next is fetched and
 * validated. A page, its counters and the place behind it are committed together.
 */
export async function readPass<Row extends { sourceId: number }>(
  context: EntityContext,
  list: MirroredList<Row>,
  { number, parts, pass }: NumberedPass,
): Promise<PassEnd> {
  const { database, siteId, lease, isDryRun, tally, pageRows, signal, strict } = context;
  const { entity } = list;
  const scope = { siteId, runId: lease.runId, entity };
  const pagesBefore = tally.pages - pass.pages;
  let sequence = parts;
  const open = {
    issues: await hasOpenIssues(database.pool, scope),
    hold: await hasOpenHold(database.pool, scope),
  };

  const census = new FieldCensus(list.fields);
  const read = (window: ListWindow) => list.read(context, window);
  const chunks = scan(read, { pageRows, paged: list.paged, pass });
  const pages = prefetch(validateChunks(chunks, list.validate, { strict }, census));
  try {
    let step = await pages.next();
    for (; step.done !== true; step = await pages.next()) {
      signal.throwIfAborted();
      const page = step.value;
      const mismatch = mismatchOf(page.records.length, page.rejected, page.issues);
      await commitPage(database, { lease, entity, tally }, async (client) => {
        const counts = await writeRows(client, context, entity, list.statement, page, open);
        if (mismatch === null) await savePart(client, scope, { pass: number, sequence, part: page.part });
        else if (!isDryRun)
          await recordDrift(client, scope, driftOf(census, { generation: null, isWhole: false }));
        tally.pages = pagesBefore + page.part.pages;
        if (number === 1) countOnce(tally, page, counts.unchanged);
        if (number > 1 && isDryRun) return; // what it did not write in the first pass, it finds again in the next
        tally.created += counts.created;
        tally.updated += counts.updated;
      });
      if (mismatch !== null) throw mismatch;
      sequence++;
      open.issues ||= page.issues.length > 0;
    }
    tally.pages = pagesBefore + pass.pages;
    const { repeated, generation } = step.value;
    if (repeated.length > 0 && number === 1) {
      await writeLog(database.pool, lease.runId, 'WARNING', entity, repetition(tally.duplicates, repeated));
    }
    return { generation, drift: driftOf(census, { generation, isWhole: parts === 0 }) };
  } finally {
    await leave(pages); // the request of a list that is not read to its end would keep its place for ever
  }
}

/** What a later pass, which reads the same rows again, does not add to. */
function countOnce(tally: Tally, page: ValidPage<unknown>, unchanged: number): void {
  tally.received += page.records.length;
  tally.unchanged += unchanged;
  tally.rejected += page.rejected;
  tally.normalised += page.normalised;
  tally.duplicates += page.duplicates;
}

const repetition = (duplicates: number, ids: readonly number[]): string =>
  `Expected each record once, got ${duplicates} again (${duplicates > ids.length ? 'among them ' : ''}id ` +
  `${ids.join(', ')}): the list changed while it was read, or the site repeats records. The later one is kept.`;
