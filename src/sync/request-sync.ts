import { CimaiseError } from '../core/errors.ts';
import { Entity, type RunMode } from '../db/generated/prisma/enums.ts';
import { Prisma } from '../db/generated/prisma/client.ts';
import { transaction, type Database } from '../db/client.ts';
import { syncSiteJob } from '../queue/definitions.ts';
import type { Queue } from '../queue/queue.ts';
import { SiteNotFoundError } from '../registry/open-site.ts';
import { publishEvent, publishRequest } from './publish-event.ts';
import { writeLog } from './runs.ts';

const kindOf: Record<RunMode, string> = { SYNC: 'A sync', DRY_RUN: 'A dry run' };

const UNIQUE_VIOLATION = 'P2002';
const FOREIGN_KEY_VIOLATION = 'P2003';

/** The run under way does something else than what was asked for: to join it would not be the same. */
export class OtherModeUnderWayError extends CimaiseError {
  override readonly name = 'OtherModeUnderWayError';
  readonly code = 'OTHER_MODE_UNDER_WAY';

  constructor(mode: RunMode) {
    const what = mode === 'DRY_RUN' ? 'a dry run' : 'a sync';
    super(
      `Expected no run of another kind to be under way, ${what} of the site is; wait for its end, or call it off.`,
    );
  }
}

/** What is asked for. */
export interface SyncRequest {
  siteId: number;
  /** Null for all. */
  entities: readonly Entity[] | null;
  mode?: RunMode;
}

/**
 * Asks for a sync of a site, or joins the one under way: a site has one active run, held by a partial unique index.
 * A run that is joined brings what the new request asks for too, unless it was called off.
 * The run, its entities and its job are made in one transaction.
 *
 * @throws SiteNotFoundError, OtherModeUnderWayError
 */
export async function requestSync(
  { database, queue }: { database: Database; queue: Queue },
  input: SyncRequest,
): Promise<{ runId: string; joined: boolean }> {
  const { siteId, mode = 'SYNC' } = input;
  const entities = Object.values(Entity).filter((entity) => input.entities?.includes(entity) ?? true);
  for (;;) {
    const active = await database.prisma.syncRun.findFirst({
      where: { siteId, endedAt: null },
    });
    if (active !== null) {
      if (active.mode !== mode) throw new OtherModeUnderWayError(active.mode);
      if (!(await widenRun(database, active.id, entities))) continue; // it has ended meanwhile
      await ensureJob({ database, queue }, active.id);
      return { runId: active.id, joined: true };
    }
    try {
      const runId = await database.prisma.$transaction(async (inside) => {
        const run = await inside.syncRun.create({
          data: {
            siteId,
            mode,
            entities,
            entityRuns: { create: entities.map((entity) => ({ entity })) },
            log: {
              create: { level: 'INFO', message: `${kindOf[mode]} of ${entities.join(', ')} was asked for.` },
            },
          },
        });
        await publishRequest(inside, run);
        await queue.enqueue(inside, syncSiteJob, { runId: run.id });
        return run.id;
      });
      return { runId, joined: false };
    } catch (error) {
      if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error;
      if (error.code === FOREIGN_KEY_VIOLATION) throw new SiteNotFoundError(siteId);
      // Someone else was first: join that run, unless it has ended by now.
      if (error.code !== UNIQUE_VIOLATION) throw error;
    }
  }
}

/**
 * Queues the job of a run again that has none left: its workers were killed more often than a job is tried again.
 * Otherwise the run would stay open for ever, and its site without another.
 */
async function ensureJob(
  { database, queue }: { database: Database; queue: Queue },
  runId: string,
): Promise<void> {
  if (await queue.holds(syncSiteJob, { runId })) return;
  await database.prisma.$transaction(async (inside) => {
    // The lock lets one request through; those after it find the job.
    const open = await inside.$queryRaw<unknown[]>`
      SELECT 1 FROM sync_run WHERE id = ${runId}::uuid AND ended_at IS NULL FOR UPDATE`;
    if (open.length === 0 || (await queue.holds(syncSiteJob, { runId }))) return;
    await inside.syncLogEntry.create({
      data: { runId, level: 'WARNING', message: 'The work on this run was lost; it was queued again.' },
    });
    await queue.enqueue(inside, syncSiteJob, { runId });
  });
}

/**
 * Adds to a run under way what it was not asked for so far. The lock settles it with the worker that ends the run.
 *
 * @returns false when the run has ended
 */
async function widenRun({ pool }: Database, runId: string, asked: readonly Entity[]): Promise<boolean> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ entities: Entity[]; cancelled: boolean }>(
      `SELECT entities::text[], cancel_requested_at IS NOT NULL AS cancelled
       FROM sync_run WHERE id = $1 AND ended_at IS NULL FOR UPDATE`,
      [runId],
    );
    if (rows[0] === undefined) return false;
    const { entities, cancelled } = rows[0];
    const added = asked.filter((entity) => !entities.includes(entity));
    if (added.length === 0 || cancelled) return true;
    const all = Object.values(Entity).filter((entity) => entities.includes(entity) || added.includes(entity));
    await client.query('UPDATE sync_run SET entities = $2::entity[] WHERE id = $1', [runId, all]);
    await client.query('INSERT INTO sync_entity_run (run_id, entity) SELECT $1, unnest($2::entity[])', [
      runId,
      added,
    ]);
    await writeLog(client, runId, 'INFO', null, `${added.join(', ')} was asked for too.`);
    await publishEvent(client, runId, { kind: 'RUN_WIDENED', entities: all });
    return true;
  });
}
