import type { Entity, Generation, ScanVerdict } from '../db/generated/prisma/enums.ts';
import type { DriftReport } from '../template/contract/drift.ts';
import { countLiveRows, findMissing, hasLiveRows, verdictOf } from './absence.ts';
import { recordDrift } from './drift.ts';
import type { EntityContext, Synced } from './entity-sync.ts';
import { IdSet } from './id-set.ts';
import { closeUnseenIssues, hasOpenIssues } from './issues.ts';
import { leased } from './lease.ts';
import { createPass, type Pass } from './pass.ts';
import { readPass, type MirroredList } from './read-pass.ts';
import { writeLog } from './runs.ts';
import { beginScan, endScan, readScans, type StoredScan } from './scans.ts';
import { sweep } from './sweep.ts';
import { commitPage } from './tally.ts';
import { recordTable } from './tombstone.ts';

/**
 * Brings one list of one site up to date: reads and writes it, and deletes what is proven gone. Goes on where a
 * killed worker stopped: behind the last page that was committed.
 */
export async function syncList<Row extends { sourceId: number }>(
  context: EntityContext,
  list: MirroredList<Row>,
): Promise<Synced> {
  const { database, siteId, lease } = context;
  const scope = { siteId, runId: lease.runId, entity: list.entity };
  const proof = await readUntilProven(context, list);
  if (!context.isDryRun && (await hasOpenIssues(database.pool, scope))) {
    await leased(database, lease, (client) =>
      closeUnseenIssues(client, scope, (record) => isMet(record, proof.pass)),
    );
  }
  if (proof.verdict === 'COMPLETE') {
    const table = recordTable(list.statement.table);
    const { gone, missedAt } = proof;
    await sweep(context, { entity: list.entity, table, records: gone.map(String), missedAt });
  } else {
    await writeLog(database.pool, lease.runId, 'WARNING', list.entity, unproven(proof));
  }
  return { generation: proof.generation, asOf: proof.isProven ? proof.startedAt : null };
}

/** What the passes over a list have shown. */
interface Proof {
  generation: Generation | null;
  /** The last pass, its number, and what it is worth. */
  pass: Pass;
  number: number;
  verdict: ScanVerdict;
  startedAt: Date;
  /** Whether the mirror, without the rows that are gone, is what the site held when that pass began. */
  isProven: boolean;
  /** Ids of rows that the last two passes, both complete, did not meet. */
  gone: number[];
  /** When the first of the two began: about what is known since then, they say nothing. */
  missedAt: Date;
}

/** More would not prove what so many did not. */
export const PASSES_AT_MOST = 5;

/**
 * Reads the list until a complete pass has met every row of the mirror, or two in a row have missed the same ones;
 * mostly that is once.
 */
async function readUntilProven<Row extends { sourceId: number }>(
  context: EntityContext,
  list: MirroredList<Row>,
): Promise<Proof> {
  const { database, siteId, lease } = context;
  const table = list.statement.table;
  const stored = await readScans(database.pool, { runId: lease.runId, entity: list.entity });
  let generation: Generation | null = null;
  let last: { startedAt: Date; verdict: ScanVerdict; digest: string; missing: readonly number[] } | undefined;
  let totalBefore = context.expected;
  const isNew = !(await hasLiveRows(database.pool, { table, siteId })); // then no row can be missing
  // Each pass follows from what the one before it has shown.
  // oxlint-disable no-await-in-loop
  for (let number = 1; ; number++) {
    const scan = stored[number - 1] ?? (await begin(context, list.entity, number, totalBefore));
    const pass = createPass(scan.parts);
    const end =
      scan.endedAt === null
        ? await readPass(context, list, { number, parts: scan.parts.length, pass })
        : null;
    generation ??= end?.generation ?? null;
    const { startedAt } = scan;
    const missing =
      number === 1 && (isNew || (await isMirrorOf(context, table, pass)))
        ? []
        : await findMissing(database.pool, { table, siteId, until: startedAt }, pass.ids);
    if (end !== null) {
      const shown = { pass, missing: missing.length };
      await weigh(context, scan, { ...shown, digestBefore: last?.digest ?? null });
      await conclude(context, list.entity, { ...shown, number, scan, drift: end.drift });
    }
    const { verdict } = scan;
    const gone = verdict === 'COMPLETE' && last?.verdict === 'COMPLETE' ? inBoth(last.missing, missing) : [];
    const isProven = verdict === 'COMPLETE' && gone.length === missing.length;
    const digest = pass.sequence.digest();
    // Where the same came again, or rows have no id, it would once more.
    const isVain = verdict === 'UNNAMED' || (verdict === 'CHANGED' && digest === last?.digest);
    if (isProven || isVain || number === PASSES_AT_MOST) {
      const missedAt = last?.startedAt ?? startedAt;
      return { generation, pass, number, verdict, startedAt, isProven, gone, missedAt };
    }
    last = { startedAt, verdict, digest, missing };
    totalBefore = scan.totals.after;
  }
  // oxlint-enable no-await-in-loop
}

/**
 * Whether the mirror holds just the rows of the first pass, told by their number alone, which takes a third of the
 * time of reading their keys: where every row that was met has been written, as many live rows are the same rows.
 */
async function isMirrorOf(
  { database, siteId, isDryRun, tally }: EntityContext,
  table: string,
  pass: Pass,
): Promise<boolean> {
  if (isDryRun || tally.rejected > 0) return false;
  return (await countLiveRows(database.pool, { table, siteId })) === pass.ids.size;
}

async function begin(
  { database, lease, observedAt }: EntityContext,
  entity: Entity,
  number: number,
  totalBefore: number | null,
): Promise<StoredScan> {
  const startedAt = observedAt(new Date());
  await leased(database, lease, (client) =>
    beginScan(client, { runId: lease.runId, entity }, number, { startedAt, totalBefore }),
  );
  const totals = { before: totalBefore, after: null };
  return { startedAt, endedAt: null, verdict: 'INCOMPLETE', totals, parts: [] };
}

/** Finds the verdict. The site is asked again what it holds only where something depends on it. */
async function weigh(
  { askTotal }: EntityContext,
  scan: StoredScan,
  { pass, missing, digestBefore }: { pass: Pass; missing: number; digestBefore: string | null },
): Promise<void> {
  scan.verdict = verdictOf(pass, scan.totals, digestBefore);
  if (missing === 0 && scan.verdict === 'COMPLETE') return;
  scan.totals.after = await askTotal();
  scan.verdict = verdictOf(pass, scan.totals, digestBefore);
}

/** Stores what a scan that was read to its end has shown. */
async function conclude(
  { database, lease, siteId, isDryRun, tally }: EntityContext,
  entity: Entity,
  shown: { number: number; scan: StoredScan; pass: Pass; missing: number; drift: DriftReport },
): Promise<void> {
  const { number, scan, pass, missing, drift } = shown;
  const { pages, offsets, rows } = pass;
  const scope = { siteId, runId: lease.runId, entity };
  await commitPage(database, { lease, entity, tally }, async (client) => {
    if (!isDryRun) await recordDrift(client, scope, drift);
    await endScan(client, scope, number, {
      verdict: scan.verdict,
      totals: scan.totals,
      pages,
      offsets,
      rows,
      distinctIds: pass.ids.size,
      digest: pass.sequence.digest(),
      missing,
    });
  });
}

function inBoth(some: readonly number[], others: readonly number[]): number[] {
  const ids = new IdSet();
  for (const id of some) ids.add(id);
  return others.filter((id) => ids.has(id));
}

/** Whether the pass met the record: an id, or a place of the list, which names a row only where some have no id. */
function isMet(record: string, { ids, rows }: Pass): boolean {
  if (!record.startsWith('@')) return ids.has(Number(record));
  return rows > ids.size && Number(record.slice(1)) < rows;
}

const unproven = ({ number, verdict }: Proof): string =>
  verdict === 'UNNAMED'
    ? 'The list holds rows without a sound id, and any row that is missing may be one of them: nothing was deleted; look at the issues.'
    : `The list was read ${number} times and could not be proven complete (${verdict}): nothing was deleted; sync again later.`;
