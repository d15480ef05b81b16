import { describe, expect, it } from 'vitest';

import {
  KeyRefusedError,
  NotFoundError,
  NotJsonError,
  RateLimitedError,
  ServerError,
  TimeoutError,
  TlsError,
  UnreachableError,
} from '../../src/template/errors.ts';
import { defaultRetries, retryDelayMs } from '../../src/template/retry-policy.ts';

const call = { method: 'GET', path: '/api/export/stats' } as const;
const delays = (error: unknown, failures: number) =>
  Array.from({ length: 200 }, () => retryDelayMs(error, failures, defaultRetries));

describe('a delay before a retry', () => {
  it.each([
    new ServerError(call, 503),
    new TimeoutError(call, 'IDLE', 1),
    new UnreachableError(call, 'ECONNRESET', true),
    new RateLimitedError(call, null),
  ])('is anything up to a limit that doubles: $code', (error) => {
    for (const [failures, limitMs] of [
      [1, 500],
      [2, 1_000],
      [3, 2_000],
    ] as const) {
      const found = delays(error, failures).map(Number);
      expect(Math.min(...found)).toBeLessThan(limitMs / 4);
      expect(Math.max(...found)).toBeLessThanOrEqual(limitMs);
      expect(Math.max(...found)).toBeGreaterThan((limitMs * 3) / 4);
    }
    expect(retryDelayMs(error, 4, defaultRetries)).toBeNull();
  });

  it('ends its doubling', () => {
    const patient = { ...defaultRetries, retries: 100 };
    const found = Array.from({ length: 200 }, () => retryDelayMs(new ServerError(call, 500), 60, patient));
    expect(Math.max(...found.map(Number))).toBeLessThanOrEqual(10_000);
  });

  it('is no shorter than what the site asks for', () => {
    const found = delays(new RateLimitedError(call, 7_000), 1).map(Number);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(7_000);
    expect(Math.max(...found)).toBeLessThanOrEqual(7_500);
  });

  it('is not taken where the site asks for longer than a run should wait', () => {
    expect(retryDelayMs(new RateLimitedError(call, 60_000), 1, defaultRetries)).not.toBeNull();
    expect(retryDelayMs(new RateLimitedError(call, 60_001), 1, defaultRetries)).toBeNull();
  });

  it.each([
    new KeyRefusedError(call, 401),
    new KeyRefusedError(call, 403),
    new NotFoundError(call),
    new NotJsonError(call, 'an HTML page'),
    new TlsError(call, 'CERT_HAS_EXPIRED'),
    new TypeError('a fault of ours'),
    'text',
  ])('is not taken for what would only happen again: %s', (error) => {
    expect(retryDelayMs(error, 1, defaultRetries)).toBeNull();
  });
});

describe('the waiting', () => {
  it("ends with the signal's reason as soon as it is aborted", async () => {
    const stop = new AbortController();
    const waiting = defaultRetries.wait(3_600_000, stop.signal);
    const reason = new Error('stopped');

    stop.abort(reason);

    await expect(waiting).rejects.toBe(reason);
    await expect(defaultRetries.wait(3_600_000, stop.signal)).rejects.toBe(reason);
  });
});
