import type { SyncProgress } from './reduce-progress.ts';

/** What waits for one who follows. */
export interface Mailbox {
  /** A newer state. */
  put(state: SyncProgress): void;
  /** Nothing comes any more; what waits is still read. */
  close(error?: unknown): void;
  /** The next state; undefined after the last. Throws the error it was closed with. */
  take(): Promise<SyncProgress | undefined>;
}

/** States of one run that wait before the newest replaces them: bursts are kept, what is not read does not pile up. */
const WAIT_AT_MOST = 16;

/** Runs of which a state waits, for one who follows all of them. */
const RUNS_AT_MOST = 1_000;

/** Never holds more than its limits, whatever its reader does; the newest state of a run is never lost to an older. */
export function createMailbox(): Mailbox {
  let waiting: SyncProgress[] = [];
  let closed: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const stir = () => {
    wake?.();
    wake = undefined;
  };
  return {
    put(state) {
      if (closed !== undefined) return;
      if (waiting.length >= WAIT_AT_MOST) waiting = waiting.filter(({ runId }) => runId !== state.runId);
      if (waiting.length >= RUNS_AT_MOST) waiting.shift();
      waiting.push(state);
      stir();
    },
    close(error) {
      closed ??= { error };
      stir();
    },
    async take() {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) return next;
        if (closed !== undefined) {
          if (closed.error !== undefined) throw closed.error;
          return undefined;
        }
        // oxlint-disable-next-line no-await-in-loop
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
