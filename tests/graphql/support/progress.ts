import type { SyncProgress } from '../../../src/sync/reduce-progress.ts';

export const someRunId = '00000000-0000-7000-8000-000000000001';

/** How a run stands that has only begun. */
export const runningState: SyncProgress = {
  runId: someRunId,
  siteId: 1,
  sequence: 1,
  status: 'RUNNING',
  errorCode: null,
  errorMessage: null,
  requestedAt: new Date(),
  startedAt: null,
  endedAt: null,
  rowsPerSecond: null,
  secondsLeft: null,
  entities: [],
  meter: { from: { at: 0, rows: 0 }, next: { at: 0, rows: 0 } },
};

/** A source that says one thing, then nothing until it is ended. */
export function stuckSource() {
  const ended = Promise.withResolvers<void>();
  async function* followProgress(_runId: string, signal: AbortSignal) {
    yield runningState;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    ended.resolve();
  }
  return { followProgress, ended: ended.promise };
}
