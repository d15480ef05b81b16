import type { Database } from '../db/client.ts';

const RUNS_AT_ONCE = 20;

/**
 * Removes the record of old runs, a few at a time, with their events, certificates and log; the newest run of each
 * site stays.
 */
export async function forgetRuns({ pool }: Database, retentionDays: number): Promise<void> {
  await pool.query({
    name: 'forget-runs',
    text: `
      DELETE FROM sync_run WHERE id = ANY (ARRAY (
        SELECT old.id FROM sync_run AS old
        WHERE old.ended_at < now() - make_interval(days => $1::int)
          AND EXISTS (SELECT 1 FROM sync_run AS newer WHERE newer.site_id = old.site_id AND newer.id > old.id)
        ORDER BY old.ended_at LIMIT $2
      ))`,
    values: [retentionDays, RUNS_AT_ONCE],
  });
}
