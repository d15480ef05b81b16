import type { Pool } from 'pg';

import { SyncEvent } from './sync-event.ts';

/** The events of a run after a sequence, in order; none when there is no such run. */
export async function readEvents(pool: Pool, runId: string, after: number): Promise<SyncEvent[]> {
  const { rows } = await pool.query<Record<keyof SyncEvent, unknown>>({
    name: 'read-events',
    text: `SELECT run_id AS "runId", sequence, at, event FROM sync_event
           WHERE run_id = $1 AND sequence > $2 ORDER BY sequence`,
    values: [runId, after],
  });
  return rows.map((row) => SyncEvent.parse(row));
}
