import { setTimeout as delay } from 'node:timers/promises';

import type { Pool } from 'pg';

import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { readEvents } from './read-events.ts';
import { reduceProgress, type SyncProgress } from './reduce-progress.ts';
import { SyncEvent } from './sync-event.ts';

/** The state of one run, kept current. */
export interface LiveRun {
  /** Settles once the events so far were read, or could not be. */
  readonly ready: Promise<void>;
  /** As far as it is known; null when there is no such run. */
  state(): SyncProgress | null;
  /** News of the run: an event, or undefined when what happened has to be read. */
  hear(data: unknown): void;
  /** Reads nothing more. */
  stop(): void;
}

export interface LiveRunListener {
  /** A newer state; with the event that led to it, unless several did. */
  changed(state: SyncProgress, event: SyncEvent | null): void;
  /** The run was removed. */
  gone(): void;
}

const READ_AGAIN_AFTER_MS = 500;

/** Reads the events of a run, then follows its news; where the sequence has a gap, reads what is missing. */
export function openLiveRun(
  { pool, logger }: { pool: Pool; logger: Logger },
  runId: string,
  listener: LiveRunListener,
): LiveRun {
  const stopped = new AbortController();
  let state: SyncProgress | null = null;
  /** From where on events are to be read: all of them, the newest, or none. */
  let wanted: 'all' | 'newest' | null = null;
  let reading = false;

  const take = (event: SyncEvent) => {
    state = reduceProgress(state, event);
    listener.changed(state, event);
  };
  const readAll = async () => {
    const events = await readEvents(pool, runId, 0);
    const next = events.reduce<SyncProgress | null>(reduceProgress, null);
    const before = state;
    state = next;
    if (next === null && before !== null) listener.gone();
    // A database that crashed may have lost the newest events: the state can go back.
    if (next !== null && before !== null && JSON.stringify(next) !== JSON.stringify(before)) {
      listener.changed(next, null);
    }
  };
  const readNewest = async () => {
    for (const event of await readEvents(pool, runId, state?.sequence ?? 0)) take(event);
  };
  const readWanted = async () => {
    while (wanted !== null && !stopped.signal.aborted) {
      const what = wanted;
      wanted = null;
      // oxlint-disable-next-line no-await-in-loop -- what is wanted next depends on what came meanwhile
      await (what === 'all' ? readAll() : readNewest());
    }
  };
  const readUntilDone = async () => {
    while (!stopped.signal.aborted) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        return await readWanted();
      } catch (error) {
        wanted = 'all';
        logger.warn({ runId, reason: messageOf(error) }, 'the progress of a run could not be read yet');
        // oxlint-disable-next-line no-await-in-loop
        await delay(READ_AGAIN_AFTER_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
  };
  const read = (what: 'all' | 'newest') => {
    if (wanted !== 'all') wanted = what;
    if (reading) return;
    reading = true;
    void readUntilDone().finally(() => (reading = false));
  };

  // The first time, a failure is that of whoever asks.
  wanted = 'all';
  reading = true;
  const ready = readWanted().finally(() => (reading = false));
  return {
    ready,
    state: () => state,
    hear(data) {
      const told = SyncEvent.safeParse(data);
      if (!told.success) return read('all');
      if (reading || state === null) return read('newest');
      const { sequence } = told.data;
      if (sequence === state.sequence + 1) return take(told.data);
      if (sequence > state.sequence) read('newest');
    },
    stop: () => stopped.abort(),
  };
}
