const MAX_FAILURES = 10;
const WINDOW_MS = 5 * 60_000;
const MAX_ADDRESSES = 10_000;

/** Counts wrong tokens by address, so that nobody tries one after the other. */
export interface FailedAttempts {
  /** Seconds until the address may try again; 0 when it may. */
  waitS(address: string): number;
  add(address: string): void;
}

export function createFailedAttempts(now: () => number = Date.now): FailedAttempts {
  const failures = new Map<string, { count: number; until: number }>();
  const current = (address: string) => {
    const found = failures.get(address);
    return found !== undefined && found.until > now() ? found : undefined;
  };
  return {
    waitS(address) {
      const found = current(address);
      return found === undefined || found.count < MAX_FAILURES ? 0 : Math.ceil((found.until - now()) / 1000);
    },
    add(address) {
      const found = current(address) ?? { count: 0, until: now() + WINDOW_MS };
      found.count += 1;
      failures.delete(address);
      failures.set(address, found); // at the end: the oldest goes first when there are too many
      const [oldest] = failures.keys();
      if (failures.size > MAX_ADDRESSES && oldest !== undefined) failures.delete(oldest);
    },
  };
}
