import { setTimeout as sleep } from 'node:timers/promises';

import { RateLimitedError, TemplateError } from './errors.ts';

/** What a failed call means for the calls that follow. */
interface Cause {
  /** Whether the same call may go better in a moment. */
  retried: boolean;
  /** Whether the site as a whole seems to be down: so many of them in a row, and it is left in peace for a while. */
  siteIsDown: boolean;
  /** Whether the site does not have what was asked for, and never had. */
  unsupported: boolean;
}

const passing: Cause = { retried: true, siteIsDown: true, unsupported: false };
const lasting: Cause = { retried: false, siteIsDown: false, unsupported: false };

/** The one table of causes, by the code of the error. A cause that is not here is not the site's, and is not retried. */
const causes: ReadonlyMap<string, Cause> = new Map([
  ['SERVER_ERROR', passing],
  ['TIMEOUT', passing],
  ['UNREACHABLE', passing], // reset, refused, cut off, name not found
  // Waits as long as Retry-After asks for. The site is up.
  ['RATE_LIMITED', { ...passing, siteIsDown: false }],
  // The key stays refused until a person enters another. Every entity asks once all the same: a site may refuse one
  // list and answer the others, and v2 answers its settings without a key.
  ['KEY_REFUSED', lasting],
  ['NOT_FOUND', { ...lasting, unsupported: true }],
  // The same answer would come again.
  ['UNEXPECTED_STATUS', lasting],
  ['REDIRECTED', lasting],
  ['TLS_FAILED', lasting],
  ['NOT_JSON', lasting],
  ['WRONG_SHAPE', lasting],
  ['TOO_LARGE', lasting],
  ['SETTING_REJECTED', lasting],
  ['SETTING_NOT_SENT', lasting],
]);

/** What the failure means; undefined where it is not one of the site. */
export function causeOf(error: unknown): Cause | undefined {
  return error instanceof TemplateError ? causes.get(error.code) : undefined;
}

/** How patiently a call is made. Tests shorten it. */
export interface RetryOptions {
  /** Tries after the first. */
  retries: number;
  /** Longest delay before the first retry; it doubles from one to the next. */
  firstDelayMs: number;
  /** What the doubling ends at. */
  longestDelayMs: number;
  /** A site that asks for a longer wait than this is not waited for: the call fails, and says when to try again. */
  longestRetryAfterMs: number;
  /** Waits, or throws the signal's reason as soon as it is aborted. */
  wait: (delayMs: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const defaultRetries: RetryOptions = {
  retries: 3,
  firstDelayMs: 500,
  longestDelayMs: 10_000,
  // A worker that waits does nothing else: longer waits belong to the next run.
  longestRetryAfterMs: 60_000,
  async wait(delayMs, signal) {
    try {
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

/**
 * How long to wait before the call is made again; null where it is not. The delay is anything from 0 to its limit
 * ("full jitter"), so that sites which failed together are not asked together; one that names a time is not asked
 * before it.
 *
 * @param failures how often the call has failed so far, from 1
 */
export function retryDelayMs(error: unknown, failures: number, options: RetryOptions): number | null {
  if (causeOf(error)?.retried !== true || failures > options.retries) return null;
  const { firstDelayMs, longestDelayMs, longestRetryAfterMs } = options;
  const jitterMs = Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  const askedForMs = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0;
  return askedForMs > longestRetryAfterMs ? null : Math.ceil(askedForMs + jitterMs);
}
