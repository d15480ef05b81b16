import type { ClientBase, Pool } from 'pg';

import type { Database } from '../db/client.ts';
import { transaction } from '../db/client.ts';
import type { Entity, LogLevel, RunStatus } from '../db/generated/prisma/enums.ts';
import { publishProgress } from './progress.ts';

/** Which state may follow which. A run that has ended stays as it is. */
const transitions: Record<RunStatus, readonly RunStatus[]> = {
  QUEUED: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED'], // RUNNING again: after a killed worker
  SUCCEEDED: [],
  PARTIAL: [],
  FAILED: [],
  CANCELLED: [],
};

export const isEnded = (status: RunStatus): boolean => transitions[status].length === 0;

const before = (status: RunStatus): string[] =>
  Object.entries(transitions).flatMap(([from, next]) => (next.includes(status) ? [from] : []));

/** What went wrong, for the record of a run or of one of its entities. */
export interface Failure {
  code: string;
  message: string;
}

/**
 * Takes the run into work: queued, or left running by a worker that was killed.
 *
 * @returns false when it has ended, or is gone
 */
export async function beginRun(database: Database, runId: string): Promise<boolean> {
  return transaction(database.pool, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE sync_run SET status = 'RUNNING', started_at = coalesce(started_at, now())
       WHERE id = $1 AND status = ANY ($2::run_status[])`,
      [runId, before('RUNNING')],
    );
    if (rowCount === 0) return false;
    await writeLog(client, runId, 'INFO', null, 'The run began.');
    await publishProgress(client, runId);
    return true;
  });
}

/** Ends the run, once, with those of its entities that were not come to: a run that has ended stays as it is. */
export async function endRun(
  client: ClientBase,
  runId: string,
  status: RunStatus,
  failure: Failure | null,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE sync_run SET status = $2, ended_at = now(), error_code = $4, error_message = $5
     WHERE id = $1 AND status = ANY ($3::run_status[])`,
    [runId, status, before(status), failure?.code ?? null, failure?.message ?? null],
  );
  if (rowCount === 0) return false;
  await client.query(
    `UPDATE sync_entity_run SET status = 'CANCELLED', ended_at = now()
     WHERE run_id = $1 AND status IN ('PENDING', 'RUNNING')`,
    [runId],
  );
  const level = status === 'SUCCEEDED' ? 'INFO' : status === 'FAILED' ? 'ERROR' : 'WARNING';
  await writeLog(
    client,
    runId,
    level,
    null,
    `The run ended: ${status}${failure === null ? '' : `. ${failure.message}`}`,
  );
  await publishProgress(client, runId);
  return true;
}

/** Adds a line to the run's log. */
export async function writeLog(
  client: ClientBase | Pool,
  runId: string,
  level: LogLevel,
  entity: Entity | null,
  message: string,
): Promise<void> {
  await client.query('INSERT INTO sync_log_entry (run_id, level, entity, message) VALUES ($1, $2, $3, $4)', [
    runId,
    level,
    entity,
    message,
  ]);
}
