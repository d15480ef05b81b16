import type { Database } from '../db/client.ts';
import type { Entity, RunMode, RunStatus, SiteStatus } from '../db/generated/prisma/enums.ts';
import { entities } from './entities/index.ts';
import { recordFailed } from './freshness.ts';
import { leased, type Lease } from './lease.ts';
import { endRun, type Failure } from './runs.ts';

/** How an entity ended that did not succeed. */
export interface EntityFailure extends Failure {
  /** The site does not have the entity: no fault of the run. */
  unsupported: boolean;
}

/** What has become of the entities of a run. */
interface Outcome {
  siteId: number;
  mode: RunMode;
  done: ReadonlySet<Entity>;
  failures: ReadonlyMap<Entity, EntityFailure>;
}

/**
 * Ends the run and says how the site does, from what happened to its entities; unless more was asked for meanwhile.
 *
 * @returns what is still to be done; nothing once the run has ended
 */
export async function concludeRun(
  database: Database,
  lease: Lease,
  { siteId, mode, done, failures }: Outcome,
): Promise<Entity[]> {
  return leased(database, lease, async (client) => {
    const { rows } = await client.query<{ asked: Entity[] }>(
      'SELECT entities::text[] AS asked FROM sync_run WHERE id = $1',
      [lease.runId],
    );
    const asked = rows[0]?.asked ?? [];
    const added = asked.filter((entity) => !done.has(entity) && !failures.has(entity));
    if (added.length > 0) return added;

    const whole = asked.length === entities.length;
    const all = [...failures.values()];
    const nothingCame = all.length === asked.length;
    // Nothing of all that a template site has: this is none, or not its address.
    const [first] = whole && nothingCame ? all : all.filter(({ unsupported }) => !unsupported);
    const status: RunStatus = first === undefined ? 'SUCCEEDED' : nothingCame ? 'FAILED' : 'PARTIAL';
    if (!(await endRun(client, lease.runId, status, first ?? null)) || mode === 'DRY_RUN') return [];
    const refused = keyRefusal(asked, failures);
    if (refused !== undefined) {
      // What was not asked for now would have been refused too.
      const others = entities.filter(({ entity }) => entity !== 'SETTINGS' && !asked.includes(entity));
      for (const { entity } of others) await recordFailed(client, { siteId, entity }, refused);
    }
    // A run of a few entities says nothing about the site as a whole, unless its key was refused.
    if (!whole && refused === undefined) return [];
    await client.query(
      `UPDATE site SET status = $2, synced_at = CASE WHEN $2 = 'HEALTHY'::site_status THEN now() ELSE synced_at END
       WHERE id = $1`,
      [siteId, refused === undefined ? statusOf(status) : 'KEY_REFUSED'],
    );
    return [];
  });
}

/** A site refuses its key when no call that needs one went through; v2 answers its settings to everyone. */
function keyRefusal(
  asked: readonly Entity[],
  failures: ReadonlyMap<Entity, EntityFailure>,
): EntityFailure | undefined {
  const needKey = asked.filter((entity) => entity !== 'SETTINGS');
  return needKey.every((entity) => failures.has(entity))
    ? [...failures.values()].find(({ code }) => code === 'KEY_REFUSED')
    : undefined;
}

function statusOf(status: RunStatus): SiteStatus {
  switch (status) {
    case 'SUCCEEDED':
      return 'HEALTHY';
    case 'PARTIAL':
      return 'DEGRADED';
    case 'FAILED':
      return 'UNREACHABLE';
    case 'QUEUED':
    case 'RUNNING':
    case 'CANCELLED':
      throw new TypeError(`A run that is ${status} says nothing about its site`);
  }
}
