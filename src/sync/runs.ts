import type { ClientBase, Pool } from 'pg';

import type { Database } from '../db/client.ts';
import { transaction } from '../db/client.ts';
import type { Entity, LogLevel, RunStatus } from '../db/generated/prisma/enums.ts';
import type { Lease } from './lease.ts';
import { publishEvent } from './publish-event.ts';
import { forgetParts } from './scans.ts';

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
 * Takes the run into work: queued, or left running by a worker that was killed. From then on no other worker may
 * write for it. One that was called off meanwhile ends here.
 *
 * @returns null when it has ended, or is gone
 */
export async function beginRun(database: Database, runId: string): Promise<Lease | null> {
  return transaction(database.pool, async (client) => {
    const { rows } = await client.query<{ cancelled: boolean; attempt: number }>(
      `UPDATE sync_run SET status = 'RUNNING', started_at = coalesce(started_at, now()), attempt = attempt + 1
       WHERE id = $1 AND status = ANY ($2::run_status[])
       RETURNING cancel_requested_at IS NOT NULL AS cancelled, attempt`,
      [runId, before('RUNNING')],
    );
    if (rows[0] === undefined) return null;
    const { cancelled, attempt } = rows[0];
    if (cancelled) {
      await endRun(client, runId, 'CANCELLED', calledOff);
      return null;
    }
    const sentence = attempt === 1 ? 'The run began.' : `The run goes on, attempt ${attempt}.`;
    await writeLog(client, runId, 'INFO', null, sentence);
    await publishEvent(client, runId, { kind: 'RUN_BEGAN' });
    return { runId, attempt };
  });
}

/** What a run that was called off while it was under way says of itself. */
export const calledOff: Failure = {
  code: 'CANCELLED',
  message: 'The run was called off; what it had written stays. Sync again to bring the rest.',
};

/**
 * Ends the run, once, with those of its entities that were not come to: a run that has ended stays as it is. One
 * that was called off ends CANCELLED whatever it had come to: who was told so can rely on it.
 *
 * @returns whether it ended with this status
 */
export async function endRun(
  client: ClientBase,
  runId: string,
  status: RunStatus,
  failure: Failure | null,
): Promise<boolean> {
  const { rows } = await client.query<{ cancelled: boolean }>(
    'SELECT cancel_requested_at IS NOT NULL AS cancelled FROM sync_run WHERE id = $1 FOR UPDATE',
    [runId],
  );
  if (rows[0]?.cancelled === true && status !== 'CANCELLED') {
    await endRun(client, runId, 'CANCELLED', calledOff);
    return false;
  }
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
  await forgetParts(client, runId, null);
  const level = status === 'SUCCEEDED' ? 'INFO' : status === 'FAILED' ? 'ERROR' : 'WARNING';
  await writeLog(
    client,
    runId,
    level,
    null,
    `The run ended: ${status}${failure === null ? '' : `. ${failure.message}`}`,
  );
  const { code: errorCode = null, message: errorMessage = null } = failure ?? {};
  await publishEvent(client, runId, { kind: 'RUN_ENDED', status, errorCode, errorMessage });
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
