import type { PoolClient } from 'pg';

import { transaction, type Database } from '../db/client.ts';

/** The right of one worker to write for a run: each worker that takes the run up gets the next attempt. */
export interface Lease {
  runId: string;
  attempt: number;
}

/** The run has been given to another worker, or has ended: whoever is told so writes nothing more of it. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor() {
    super('the run is no longer ours');
  }
}

/**
 * A transaction of a worker. A worker that was given up for dead and wakes up again cannot write beside the one that
 * took its run over.
 *
 * @param isDurable whether the commit waits for the disk
 * @throws LeaseLostError
 */
export async function leased<T>(
  database: Database,
  { runId, attempt }: Lease,
  write: (client: PoolClient) => Promise<T>,
  isDurable = true,
): Promise<T> {
  return transaction(database.pool, async (client) => {
    const { rowCount } = await client.query({
      name: 'hold-lease',
      text: `
        SELECT CASE WHEN NOT $3 THEN set_config('synchronous_commit', 'off', true) END
        FROM sync_run WHERE id = $1 AND attempt = $2 AND ended_at IS NULL FOR UPDATE`,
      values: [runId, attempt, isDurable],
    });
    if (rowCount === 0) throw new LeaseLostError();
    return write(client);
  });
}
