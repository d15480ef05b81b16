import { CimaiseError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/client.ts';
import type { EventBus } from '../events/bus.ts';
import { openLiveRun, type LiveRun } from './live-run.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import { createPace } from './pace.ts';
import { readEvents } from './read-events.ts';
import { reduceProgress, type SyncProgress } from './reduce-progress.ts';
import { isEnded } from './runs.ts';

export class RunNotFoundError extends CimaiseError {
  override readonly name = 'RunNotFoundError';
  readonly code = 'RUN_NOT_FOUND';

  constructor() {
    super('There is no such sync run; take its id from syncSite or from the list of runs.');
  }
}

export class EventNotFoundError extends CimaiseError {
  override readonly name = 'EventNotFoundError';
  readonly code = 'EVENT_NOT_FOUND';

  constructor(after: number, newest: number) {
    super(
      `Expected "after" from 0 to ${newest}, the newest event of the run, got ${after}; leave it out to begin with the state as it is.`,
    );
  }
}

/** What is known of runs in this process: each is read and reduced once, however many follow it. */
export interface ProgressFeed extends Disposable {
  /**
   * Follows a run: its state as it is, then newer states, then its end, and completes. With `after`, the state as it
   * was after each event later than that sequence comes before. Who reads slowly misses states between, never the end.
   *
   * @throws RunNotFoundError, EventNotFoundError
   */
  followRun(runId: string, signal: AbortSignal, after?: number | null): AsyncGenerator<SyncProgress, void>;
  /** Follows all runs: the states of those under way, then each newer state of any, until the signal fires. */
  followAll(signal: AbortSignal): AsyncGenerator<SyncProgress, void>;
}

/** Beyond this many answers a second, states are passed on less often: a crowd must not slow the syncs it watches. */
const ANSWERS_PER_SECOND = 500;
/** So few followers that this would be the wait between two states are told every state. */
const UNPACED_MS = 50;
/** The end of an entity is shown this soon, however many look. */
const ENTITY_END_WITHIN_MS = 250;

interface FollowedRun {
  readonly live: LiveRun;
  readonly mailboxes: Set<Mailbox>;
  /** Those who follow it or are about to. */
  followers: number;
  /** Its states so far, while they are being asked for. */
  history: Promise<SyncProgress[]> | undefined;
  close(): void;
}

export function openProgressFeed(deps: {
  database: Database;
  events: EventBus;
  logger: Logger;
}): ProgressFeed {
  const { pool } = deps.database;
  const runs = new Map<string, FollowedRun>();
  const followersOfAll = new Set<Mailbox>();
  let followers = 0;

  const intervalMs = () => {
    const answers = followers + followersOfAll.size * runs.size;
    const ms = (answers / ANSWERS_PER_SECOND) * 1_000;
    return ms <= UNPACED_MS ? 0 : ms;
  };
  const find = (runId: string): FollowedRun => {
    const found = runs.get(runId) ?? open(runId);
    runs.set(runId, found);
    return found;
  };
  const open = (runId: string): FollowedRun => {
    const mailboxes = new Set<Mailbox>();
    const pace = createPace<SyncProgress>(intervalMs, (state) => {
      for (const mailbox of [...mailboxes, ...followersOfAll]) mailbox.put(state);
      dropUnused(runId);
    });
    const live = openLiveRun({ pool, logger: deps.logger }, runId, {
      changed(state, event) {
        run.history = undefined;
        const entityEnded = event?.event.kind === 'ENTITY_ENDED';
        pace.put(state, isEnded(state.status) ? 0 : entityEnded ? ENTITY_END_WITHIN_MS : Infinity);
      },
      gone() {
        for (const mailbox of mailboxes) mailbox.close();
        run.close();
        runs.delete(runId);
      },
    });
    const close = () => {
      live.stop();
      pace.stop();
    };
    const run: FollowedRun = { live, mailboxes, followers: 0, history: undefined, close };
    // A failure is that of those who wait for it; a run that is not there is dropped as well.
    void live.ready
      .then(() => tellFollowersOfAll(run))
      .catch(() => undefined)
      .finally(() => dropUnused(runId));
    return run;
  };
  const tellFollowersOfAll = ({ live }: FollowedRun) => {
    const state = live.state();
    if (state !== null) for (const mailbox of followersOfAll) mailbox.put(state);
  };
  const dropUnused = (runId: string) => {
    const run = runs.get(runId);
    if (run === undefined || run.followers > 0) return;
    const state = run.live.state();
    if (followersOfAll.size > 0 && state !== null && !isEnded(state.status)) return;
    run.close();
    runs.delete(runId);
  };
  const findActive = async () => {
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM sync_run WHERE ended_at IS NULL');
    return rows.map(({ id }) => find(id));
  };
  const listening = deps.events.listen('syncProgress', (runId, data) => {
    if (runId === null) {
      for (const run of runs.values()) run.live.hear(undefined);
      if (followersOfAll.size > 0) findActive().catch((error: unknown) => failAll(error));
      return;
    }
    const run = runs.get(runId);
    if (run !== undefined) run.live.hear(data);
    else if (followersOfAll.size > 0) find(runId);
  });
  const failAll = (error: unknown) => {
    for (const mailbox of followersOfAll) mailbox.close(error);
  };

  async function* followRun(runId: string, signal: AbortSignal, after: number | null = null) {
    const mailbox = createMailbox();
    const leave = () => mailbox.close();
    signal.addEventListener('abort', leave, { once: true });
    const run = find(runId);
    run.followers += 1;
    followers += 1;
    try {
      await run.live.ready;
      let last = run.live.state();
      if (last === null) throw new RunNotFoundError();
      run.mailboxes.add(mailbox); // in the same moment: what comes later is in there
      if (after === null) yield last;
      else yield* replay(run, last, after);
      while (!isEnded(last.status) && !signal.aborted) {
        const next: SyncProgress | undefined = await mailbox.take();
        if (next === undefined || signal.aborted) return;
        if (next === last) continue;
        last = next;
        yield next;
      }
    } finally {
      signal.removeEventListener('abort', leave);
      run.mailboxes.delete(mailbox);
      run.followers -= 1;
      followers -= 1;
      dropUnused(runId);
    }
  }

  async function* replay(run: FollowedRun, last: SyncProgress, after: number) {
    if (after < 0 || after > last.sequence) throw new EventNotFoundError(after, last.sequence);
    run.history ??= readHistory(last.runId);
    for (const state of await run.history) {
      if (state.sequence > after && state.sequence < last.sequence) yield state;
    }
    yield last;
  }

  async function readHistory(runId: string): Promise<SyncProgress[]> {
    const states: SyncProgress[] = [];
    for (const event of await readEvents(pool, runId, 0)) {
      states.push(reduceProgress(states.at(-1) ?? null, event));
    }
    return states;
  }

  async function* followAll(signal: AbortSignal) {
    const mailbox = createMailbox();
    const leave = () => mailbox.close();
    signal.addEventListener('abort', leave, { once: true });
    followersOfAll.add(mailbox);
    try {
      for (const run of await findActive()) {
        const state = run.live.state();
        if (state !== null) mailbox.put(state); // others follow as soon as they are read
      }
      while (!signal.aborted) {
        const next = await mailbox.take();
        if (next === undefined) return;
        yield next;
      }
    } finally {
      signal.removeEventListener('abort', leave);
      followersOfAll.delete(mailbox);
      for (const runId of runs.keys()) dropUnused(runId);
    }
  }

  return {
    followRun,
    followAll,
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      for (const run of runs.values()) {
        for (const mailbox of run.mailboxes) mailbox.close();
        run.close();
      }
      for (const mailbox of followersOfAll) mailbox.close();
      runs.clear();
    },
  };
}
