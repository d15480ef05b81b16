import { setTimeout as delay } from 'node:timers/promises';

import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/client.ts';
import type { EventBus } from '../events/bus.ts';

interface Cancellation extends Disposable {
  /** Fires once the run has been called off, in whatever process. */
  readonly signal: AbortSignal;
}

const READ_AGAIN_AFTER_MS = 500;

/**
 * Watches, from this call on, for the wish that a run end. What was wished before is for the caller to read. The
 * news only wakes: the wish is read from the database, so that none is lost with a connection.
 */
export function watchCancellation(
  { database, events, logger }: { database: Database; events: EventBus; logger: Logger },
  runId: string,
): Cancellation {
  const called = new AbortController();
  const left = new AbortController();
  const news = events.subscribe('cancelSync', runId);

  const isCalledOff = async (): Promise<boolean> => {
    while (!left.signal.aborted) {
      try {
        const { rows } = await database.pool.query(
          'SELECT 1 FROM sync_run WHERE id = $1 AND cancel_requested_at IS NOT NULL',
          [runId],
        );
        return rows.length > 0;
      } catch (error) {
        logger.warn(
          { runId, reason: messageOf(error) },
          'whether a run was called off could not be read yet',
        );
        await delay(READ_AGAIN_AFTER_MS, undefined, { signal: left.signal }).catch(() => undefined);
      }
    }
    return false;
  };
  const watch = async () => {
    for await (const _wake of news) {
      if (await isCalledOff()) return called.abort(new Error('the run was called off'));
    }
  };
  void watch();
  return {
    signal: called.signal,
    [Symbol.dispose]() {
      left.abort();
      void news.return?.();
    },
  };
}
