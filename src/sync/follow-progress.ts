import { CimaiseError } from '../core/errors.ts';
import type { Database } from '../db/client.ts';
import type { EventBus } from '../events/bus.ts';
import { SyncProgress, readProgress } from './progress.ts';
import { isEnded } from './runs.ts';

export class RunNotFoundError extends CimaiseError {
  override readonly name = 'RunNotFoundError';
  readonly code = 'RUN_NOT_FOUND';

  constructor() {
    super('There is no such sync run; take its id from syncSite or from the list of runs.');
  }
}

/**
 * Follows a run: its state as it is now, then every change, then its end, and completes. Subscribes before it
 * reads, and drops what the state it read already holds, so nothing is missed in between.
 *
 * @throws RunNotFoundError
 */
export async function* followProgress(
  { database, events }: { database: Database; events: EventBus },
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<SyncProgress, void> {
  const news = events.subscribe('syncProgress', runId);
  const leave = () => void news.return?.();
  signal.addEventListener('abort', leave, { once: true });
  try {
    let state = await readProgress(database.pool, runId);
    if (state === null) throw new RunNotFoundError();
    yield state;
    while (!isEnded(state.status) && !signal.aborted) {
      const { value, done } = await news.next();
      if (done === true) return;
      const next: SyncProgress | null =
        value.data === undefined ? await readProgress(database.pool, runId) : SyncProgress.parse(value.data);
      if (next === null) return; // its site was removed meanwhile, and the run with it
      if (next.version <= state.version) continue;
      state = next;
      yield state;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}
