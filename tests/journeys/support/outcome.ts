import type { Database } from '../../../src/db/client.ts';
import { issuesOfRun, mirrorOf } from '../../sync/support/run-record.ts';

export type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

/** All that a run has left behind, but for times and the numbers of runs and sites: equal to that of another run. */
export async function outcomeOf(database: Database, siteId: number, runId: string) {
  const { prisma } = database;
  const run = await prisma.syncRun.findUniqueOrThrow({
    where: { id: runId },
    include: { entityRuns: { orderBy: { entity: 'asc' } } },
  });
  const scans = await prisma.syncScan.findMany({
    where: { runId },
    orderBy: [{ entity: 'asc' }, { pass: 'asc' }],
  });
  const issues = await issuesOfRun(database, runId);
  const mirror = Object.entries(await mirrorOf(database, siteId)).map(([table, rows]) => [
    table,
    Object.fromEntries(
      Object.entries(rows).map(([key, row]) => [table === 'site_stats' ? 'site' : key, withoutTimes(row)]),
    ),
  ]);
  const { status, errorCode } = run;
  return {
    run: { status, errorCode },
    entities: run.entityRuns.map(
      ({ runId: _run, startedAt: _begin, endedAt: _end, ...counters }) => counters,
    ),
    certificates: scans.map(({ runId: _run, startedAt: _begin, endedAt, ...certificate }) => ({
      ...certificate,
      hasEnded: endedAt !== null,
    })),
    issues: issues
      .map(({ entity, record, path, code, severity }) => [entity, record, path, code, severity].join(' '))
      .toSorted(),
    mirror: Object.fromEntries(mirror) as Record<string, Record<string, unknown>>,
    partsLeft: await prisma.syncScanPart.count({ where: { runId } }),
  };
}

function withoutTimes(row: Record<string, unknown>): Record<string, unknown> {
  const {
    site_id: _site,
    first_seen_at: _first,
    observed_at: _observed,
    deleted_at: deleted,
    ...values
  } = row;
  return { ...values, isDeleted: typeof deleted === 'string' };
}
