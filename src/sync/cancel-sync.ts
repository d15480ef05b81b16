import { CimaiseError } from '../core/errors.ts';
import { transaction, type Database } from '../db/client.ts';
import type { RunStatus } from '../db/generated/prisma/enums.ts';
import { CHANNEL } from '../events/topics.ts';
import { syncSiteJob } from '../queue/definitions.ts';
import type { Queue } from '../queue/queue.ts';
import { RunNotFoundError, type ProgressFeed } from './follow-progress.ts';
import { endRun, isEnded, writeLog, type Failure } from './runs.ts';

export class RunEndedError extends CimaiseError {
  override readonly name = 'RunEndedError';
  readonly code = 'RUN_ENDED';

  constructor(status: RunStatus) {
    super(`Expected a run that is under way, got one that ended ${status}; there is nothing to call off.`);
  }
}

export interface CancelDependencies {
  database: Database;
  queue: Queue;
  progress: ProgressFeed;
}

/** A worker takes some milliseconds; more than this means that none is there. */
const WAIT_FOR_END_MS = 2_000;

/**
 * Calls a run off. One that waits ends at once; one that is worked on ends in its worker, between two pages, which
 * is waited for a moment: after that, a new sync is a new run. Where the worker was killed, the run ends as soon as
 * another takes it up. Doing it twice is the same as once.
 *
 * @throws RunNotFoundError, RunEndedError
 */
export async function cancelSync(deps: CancelDependencies, runId: string): Promise<void> {
  const failure = { code: 'CANCELLED', message: 'The run was called off before it began.' };
  if (!(await callOff(deps, runId, failure))) await untilEnded(deps, runId, WAIT_FOR_END_MS);
}

/**
 * Ends a run nobody works on with the failure given, and asks the worker of another to end it.
 *
 * @returns whether the run has ended
 */
export async function callOff(
  { database, queue }: CancelDependencies,
  runId: string,
  failure: Failure,
): Promise<boolean> {
  return transaction(database.pool, async (client) => {
    const { rows } = await client.query<{ status: RunStatus; cancelled: boolean }>(
      `SELECT status, cancel_requested_at IS NOT NULL AS cancelled FROM sync_run WHERE id = $1 FOR UPDATE`,
      [runId],
    );
    const [run] = rows;
    if (run === undefined) throw new RunNotFoundError();
    if (isEnded(run.status)) {
      if (run.status === 'CANCELLED' && run.cancelled) return true;
      throw new RunEndedError(run.status);
    }
    if (!run.cancelled) {
      await client.query('UPDATE sync_run SET cancel_requested_at = now() WHERE id = $1', [runId]);
      await writeLog(client, runId, 'INFO', null, 'The run was called off.');
    }
    // A run whose job was lost has no worker that could end it, either.
    if (run.status === 'QUEUED' || !(await queue.holds(syncSiteJob, { runId }))) {
      await endRun(client, runId, 'CANCELLED', failure);
      return true;
    }
    await client.query('SELECT pg_notify($1, $2)', [
      CHANNEL,
      JSON.stringify({ topic: 'cancelSync', id: runId }),
    ]);
    return false;
  });
}

/** Waits for the end of a run, and tells whether it came in time. */
export async function untilEnded(deps: CancelDependencies, runId: string, waitMs: number): Promise<boolean> {
  try {
    for await (const { status } of deps.progress.followRun(runId, AbortSignal.timeout(waitMs))) {
      if (isEnded(status)) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof RunNotFoundError) return true; // its site was removed meanwhile
    throw error;
  }
}
