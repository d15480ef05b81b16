import { CimaiseError, messageOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { isConnectionLost, type Database } from '../db/client.ts';
import { readClockSkewMs } from '../db/clock.ts';
import type { SyncRun } from '../db/generated/prisma/client.ts';
import type { Entity } from '../db/generated/prisma/enums.ts';
import type { EventBus } from '../events/bus.ts';
import { openSite } from '../registry/open-site.ts';
import type { TemplateClient, TemplateSite } from '../template/client.ts';
import { causeOf } from '../template/retry-policy.ts';
import { patientClient, type Patience, type Retry } from '../template/patient-client.ts';
import { watchCancellation } from './cancellation.ts';
import { concludeRun, type EntityFailure } from './conclude-run.ts';
import { entities } from './entities/index.ts';
import type { EntityContext, EntitySync, SiteTotals } from './entity-sync.ts';
import { recordFailed, recordSynced, recordUnsupported } from './freshness.ts';
import { leased, LeaseLostError } from './lease.ts';
import { beginRun, calledOff, endRun, writeLog, type Failure } from './runs.ts';
import { beginEntity, endEntity } from './tally.ts';
import { tellTotals } from './tell-totals.ts';

export interface SyncDependencies {
  database: Database;
  events: EventBus;
  secretKey: Buffer;
  template: TemplateClient;
  patience: Patience;
  pageRows: number;
  strict: boolean;
  logger: Logger;
}

/**
 * Does the work of one run: each entity in turn, independent of the others, then the verdict. Read this first.
 *
 * Repeatable: called again for a run that a killed worker left behind, it does again what had not succeeded.
 * When the signal fires it stops between two pages and throws the signal's reason; when the database fails it throws
 * that. Either way the run stays open for a worker. A run that is called off, here or in another process, ends here.
 */
export async function runSync(deps: SyncDependencies, runId: string, signal: AbortSignal): Promise<void> {
  const { database, logger } = deps;
  using cancellation = watchCancellation(deps, runId); // before the run is read: nothing falls in between
  const lease = await beginRun(database, runId);
  if (lease === null) return;
  const skewMs = await readClockSkewMs(database.pool);
  const run = await database.prisma.syncRun.findUniqueOrThrow({
    where: { id: runId },
    include: { entityRuns: true },
  });
  let site: TemplateSite;
  try {
    site = await openSite(deps, run.siteId);
  } catch (error) {
    if (!(error instanceof CimaiseError)) throw error;
    // Its key does not open: nothing of the site can be tried.
    logger.error({ err: error, runId }, 'a sync run failed');
    const failure = describe(error);
    await leased(database, lease, async (client) => {
      if (!(await endRun(client, runId, 'FAILED', failure)) || run.mode === 'DRY_RUN') return;
      for (const entity of run.entities) await recordFailed(client, { siteId: run.siteId, entity }, failure);
    });
    return;
  }
  const failures = new Map<Entity, EntityFailure>();
  const done = new Set(
    run.entityRuns.filter((part) => part.status === 'SUCCEEDED').map((part) => part.entity),
  );
  const context: RunContext = {
    ...deps,
    site,
    siteId: run.siteId,
    lease,
    isDryRun: run.mode === 'DRY_RUN',
    // Figures of an earlier run say nothing about what this one will find.
    told: { totals: done.has('STATS') ? await readTotals(database, run) : null },
    observedAt: (time) => new Date(time.getTime() + skewMs),
    signal: AbortSignal.any([signal, cancellation.signal]),
  };
  try {
    // Whoever asks for more while it is under way joins it.
    for (let asked = run.entities; asked.length > 0;) {
      for (const entity of entities) {
        if (!asked.includes(entity.entity) || done.has(entity.entity)) continue;
        const failure = await syncEntity(context, entity);
        if (failure === null) done.add(entity.entity);
        else failures.set(entity.entity, failure);
        const { totals } = context.told;
        if (entity.entity === 'STATS' && totals !== null) {
          await tellTotals(database, lease, run.entities, totals);
        }
      }
      asked = await concludeRun(database, lease, { ...run, done, failures });
    }
  } catch (error) {
    if (!cancellation.signal.aborted || error instanceof LeaseLostError) throw error;
    logger.info({ runId, reason: messageOf(error) }, 'a sync run was called off');
    await leased(database, lease, (client) => endRun(client, runId, 'CANCELLED', calledOff));
    return;
  }
}

/**
 * Syncs one entity and records its end. Throws the signal's reason, and what the database throws at that end.
 */
async function syncEntity(
  context: RunContext,
  { entity, expected: totalOf, sync }: EntitySync,
): Promise<EntityFailure | null> {
  const { database, site, siteId, lease, isDryRun, signal, logger } = context;
  const { runId } = lease;
  const askedAt = context.observedAt(new Date());
  const { totals } = context.told;
  const expected = totals === null ? null : totalOf(totals);
  const tally = await beginEntity(database, { lease, entity, expected });
  const stop = new AbortController(); // ends a fetch that works ahead when the writing fails
  try {
    const template = patientClient(context.template, context.patience, (retry) =>
      writeLog(database.pool, runId, 'WARNING', entity, sentenceOf(retry)),
    );
    const { generation, asOf } = await sync({
      ...context,
      template,
      tally,
      expected,
      askTotal: async () => {
        try {
          return totalOf((await template.stats(site, { signal })).stats);
        } catch (error) {
          if (error instanceof CimaiseError) return null; // what the site does not say, it does not say
          throw error;
        }
      },
      signal: AbortSignal.any([signal, stop.signal]),
    });
    await leased(database, lease, async (client) => {
      await endEntity(client, { runId, entity }, 'SUCCEEDED', null);
      if (isDryRun) return;
      await recordSynced(client, { siteId, entity }, asOf);
      if (generation === null) return;
      await client.query('UPDATE site SET generation = $2 WHERE id = $1 AND generation IS DISTINCT FROM $2', [
        siteId,
        generation,
      ]);
    });
    return null;
  } catch (error) {
    // Neither is a fault of the site: the run stays open for another worker, or for this one in a moment.
    if (signal.aborted || error instanceof LeaseLostError || isConnectionLost(error)) throw error;
    const unsupported = causeOf(error)?.unsupported === true;
    const failure = { ...describe(error), unsupported };
    logger[failure.code === 'INTERNAL' ? 'error' : 'warn']({ err: error, runId, entity }, 'an entity failed');
    await leased(database, lease, async (client) => {
      await writeLog(client, runId, unsupported ? 'WARNING' : 'ERROR', entity, failure.message);
      await endEntity(client, { runId, entity }, unsupported ? 'UNSUPPORTED' : 'FAILED', failure);
      if (isDryRun) return;
      if (unsupported) await recordUnsupported(client, { siteId, entity }, failure, askedAt);
      else await recordFailed(client, { siteId, entity }, failure);
    });
    return failure;
  } finally {
    stop.abort();
  }
}

/** What the site said that it holds; a dry run does not store it. */
const readTotals = (
  database: Database,
  { siteId, mode }: Pick<SyncRun, 'siteId' | 'mode'>,
): Promise<SiteTotals | null> =>
  mode === 'DRY_RUN' ? Promise.resolve(null) : database.prisma.siteStats.findUnique({ where: { siteId } });

/** What all entities of a run share. */
type RunContext = Omit<EntityContext, 'tally' | 'expected' | 'askTotal'> & Pick<SyncDependencies, 'patience'>;

const sentenceOf = ({ error, retry, retries, delayMs }: Retry): string =>
  `${error.message}. Tried again by itself in ${delayMs} ms, retry ${retry} of ${retries}.`;

/** What the run's record says: an expected failure speaks for itself, anything else is ours and is in the log. */
function describe(error: unknown): Failure {
  if (error instanceof CimaiseError) return { code: error.code, message: error.message };
  return { code: 'INTERNAL', message: 'Something went wrong on our side; the gateway log says what.' };
}
