import type { ClientBase, PoolClient } from 'pg';

import type { Database } from '../db/client.ts';
import type { Entity, EntityRunStatus } from '../db/generated/prisma/enums.ts';
import { leased, type Lease } from './lease.ts';
import { publishEvent, publishPage } from './publish-event.ts';
import { noCounters } from './reduce-progress.ts';
import type { Failure } from './runs.ts';
import { forgetParts } from './scans.ts';
import type { Tally } from './sync-event.ts';

/**
 * Commits one page: its rows, its issues, the counters and the news of them together, or nothing of it.
 * The commit does not wait for the disk: after a crash of PostgreSQL, or of the machine, the pages of the last second
 * may be gone, each as a whole with its checkpoint, and are read again. A killed worker loses none. The end of the run
 * waits for the disk, and with it everything before.
 */
export async function commitPage(
  database: Database,
  { lease, entity, tally }: { lease: Lease; entity: Entity; tally: Tally },
  write: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const work = async (client: PoolClient) => {
    await write(client);
    await publishPage(client, lease.runId, entity, tally);
  };
  await leased(database, lease, work, false);
}

/**
 * Takes up the entity: from zero, or, where a killed worker left it, from what that one had committed.
 *
 * @param expected what its site says it holds
 */
export async function beginEntity(
  database: Database,
  { lease, entity, expected }: { lease: Lease; entity: Entity; expected: number | null },
): Promise<Tally> {
  const { runId } = lease;
  return leased(database, lease, async (client) => {
    const { rows } = await client.query<Tally>(
      `SELECT pages, received, created, updated, unchanged, rejected, normalised, duplicates, tombstoned, held
       FROM sync_entity_run WHERE run_id = $1 AND entity = $2 AND status = 'RUNNING'`,
      [runId, entity],
    );
    if (rows[0] !== undefined) return rows[0];
    await client.query('DELETE FROM sync_scan WHERE run_id = $1 AND entity = $2', [runId, entity]);
    await client.query(
      `UPDATE sync_entity_run SET status = 'RUNNING', started_at = now(), ended_at = NULL, expected = $3,
         pages = 0, received = 0, created = 0, updated = 0, unchanged = 0, rejected = 0, normalised = 0,
         duplicates = 0, tombstoned = 0, held = 0, error_code = NULL, error_message = NULL
       WHERE run_id = $1 AND entity = $2`,
      [runId, entity, expected],
    );
    const counters = { ...noCounters };
    await publishEvent(client, runId, { kind: 'ENTITY_BEGAN', entity, expected, counters });
    return counters;
  });
}

/** Ends the entity. */
export async function endEntity(
  client: ClientBase,
  { runId, entity }: { runId: string; entity: Entity },
  status: EntityRunStatus,
  failure: Failure | null,
): Promise<void> {
  const { code: errorCode = null, message: errorMessage = null } = failure ?? {};
  await client.query(
    `UPDATE sync_entity_run SET status = $3, ended_at = now(), error_code = $4, error_message = $5
     WHERE run_id = $1 AND entity = $2`,
    [runId, entity, status, errorCode, errorMessage],
  );
  await forgetParts(client, runId, entity);
  await publishEvent(client, runId, { kind: 'ENTITY_ENDED', entity, status, errorCode, errorMessage });
}
