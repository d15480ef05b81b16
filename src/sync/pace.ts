/** Passes on the newest of what comes, no faster than it may. */
export interface Pace<Value> {
  /** Passes this on when it is time for the next, and within so many milliseconds at the latest. */
  put(value: Value, withinMs: number): void;
  stop(): void;
}

/** @param intervalMs how long one waits after another; 0: all are passed on, at once */
export function createPace<Value>(intervalMs: () => number, pass: (value: Value) => void): Pace<Value> {
  let passedAt = -Infinity;
  let waiting: { value: Value; until: number; timer: NodeJS.Timeout } | undefined;
  const passOn = (value: Value) => {
    clearTimeout(waiting?.timer);
    waiting = undefined;
    passedAt = performance.now();
    pass(value);
  };
  return {
    put(value, withinMs) {
      const now = performance.now();
      const wish = Math.min(passedAt + intervalMs(), now + withinMs);
      const until = Math.min(wish, waiting?.until ?? Infinity);
      if (until <= now) return passOn(value);
      clearTimeout(waiting?.timer);
      const timer = setTimeout(() => passOn(value), until - now);
      waiting = { value, until, timer };
    },
    stop() {
      clearTimeout(waiting?.timer);
      waiting = undefined;
    },
  };
}
