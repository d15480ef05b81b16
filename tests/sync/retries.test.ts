import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { FaultInput } from '../../src/demo-site/faults/kinds.ts';
import type { DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import type { EntityProgress } from '../../src/sync/reduce-progress.ts';
import { defaultRetries } from '../../src/template/retry-policy.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf, mirrorOf, type MirroredTable } from './support/run-record.ts';

/** What was asked to be waited, in order; nothing was. */
const waits: number[] = [];
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({
    pageRows: 10,
    limits: { headersMs: 300 },
    retries: {
      async wait(delayMs) {
        waits.push(delayMs);
      },
    },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());
beforeEach(() => {
  waits.length = 0;
});

const asked = (site: DemoSite, path: string) =>
  site.requests.filter((request) => request.path.startsWith(path)).length;

const statusOf = async (siteId: number) =>
  (await gateway.database.prisma.site.findUniqueOrThrow({ where: { id: siteId } })).status;

const passing: [string, FaultInput][] = [
  ['SERVER_ERROR', { kind: 'server-error' }],
  ['SERVER_ERROR', { kind: 'server-error', status: 503 }],
  ['UNREACHABLE', { kind: 'down-socket' }],
  ['UNREACHABLE', { kind: 'reset-mid-body' }],
  ['UNREACHABLE', { kind: 'wrong-length' }],
  ['TIMEOUT', { kind: 'slow-headers', ms: 60_000 }],
  ['RATE_LIMITED', { kind: 'rate-limited', retryAfterSeconds: 0 }],
  ['RATE_LIMITED', { kind: 'rate-limited', as: 'nothing' }],
];

describe('a failure that passes', () => {
  it.each(passing)('is tried again until it has passed: %s, %o', async (_code, fault) => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('stats', { ...fault, times: 2 });
    site.faults.set('settings', { ...fault, times: 1 });
    site.faults.set('exhibitions', { ...fault, times: 3 });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'SUCCEEDED', errorCode: null });
    expect(asked(site, '/api/export/stats')).toBe(3);
    expect(asked(site, '/api/export/settings')).toBe(2);
    expect(asked(site, '/api/export/exhibitions')).toBe(4);
    expect(waits).toHaveLength(6);
    expect(await statusOf(siteId)).toBe('HEALTHY');
  });

  it.each(passing)('that stays is tried three times more: %s, %o', async (code, fault) => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('stats', fault);

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: code });
    expect(asked(site, '/api/export/stats')).toBe(4);
    expect(waits).toHaveLength(3);
  });

  it('leaves a line in the log for each retry: the cause, which one, the delay', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('orders', { kind: 'server-error', times: 2, after: 2 });

    const { runId } = await gateway.sync(siteId);

    const warnings = (await logOf(gateway.database, runId)).filter((line) => line.entity === 'ORDERS');
    expect(warnings).toEqual(
      [1, 2].map((retry) => ({
        level: 'WARNING',
        entity: 'ORDERS',
        message:
          'GET /api/export/orders: expected status 200, got 500: the site failed inside; try again, then look ' +
          `at its log. Tried again by itself in ${waits[retry - 1]} ms, retry ${retry} of 3.`,
      })),
    );
  });
});

describe('a failure that would only come again', () => {
  it.each<[string, FaultInput]>([
    ['KEY_REFUSED', { kind: 'key-refused' }],
    ['REDIRECTED', { kind: 'redirect' }],
    ['NOT_JSON', { kind: 'html' }],
    ['NOT_JSON', { kind: 'truncated' }],
    ['WRONG_SHAPE', { kind: 'wrong-envelope' }],
  ])('is not tried again: %s, %o', async (code, fault) => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', fault);

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'PARTIAL', errorCode: code });

    expect(asked(site, '/api/export/users')).toBe(1);
    expect(waits).toEqual([]);
  });

  it.each(['v1', 'v2'] as const)('is not tried again: the key of a %s site, refused', async (generation) => {
    const { siteId, site } = await gateway.addDemoSite({ generation });
    site.faults.set('*', { kind: 'key-refused' });

    await gateway.sync(siteId);

    expect(await statusOf(siteId)).toBe('KEY_REFUSED');
    expect(site.requests).toHaveLength(7); // each entity asks once
  });
});

describe('a site that limits its calls', () => {
  it('is asked again no sooner than it says, in seconds', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'rate-limited', retryAfterSeconds: 40, times: 1 });

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });

    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(40_000);
    expect(waits[0]).toBeLessThanOrEqual(40_500);
  });

  it('is asked again no sooner than it says, as a date', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'rate-limited', retryAfterSeconds: 40, as: 'date', times: 1 });

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });

    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(30_000); // a date has no milliseconds
    expect(waits[0]).toBeLessThanOrEqual(41_500);
  });

  it.each([
    [61, 61],
    [999_999, 3_600],
  ])('for %i s is not waited for in the run: the entity says when', async (retryAfterSeconds, told) => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'rate-limited', retryAfterSeconds });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'RATE_LIMITED' });
    expect(run.errorMessage).toContain(`try again after ${told} s`);
    expect(asked(site, '/api/export/users')).toBe(1);
    expect(waits).toEqual([]);
  });
});

describe('a list that breaks off', () => {
  const counters = ({
    pages,
    received,
    created,
    updated,
    unchanged,
    rejected,
    duplicates,
  }: EntityProgress) => ({
    pages,
    received,
    created,
    updated,
    unchanged,
    rejected,
    duplicates,
  });

  /** The rows of a table, without what differs from site to site and run to run. */
  async function contents(siteId: number, table: MirroredTable) {
    const rows = (await mirrorOf(gateway.database, siteId))[table];
    return Object.keys(rows)
      .toSorted()
      .map((key) => ({ ...rows[key], site_id: null, first_seen_at: null, observed_at: null }));
  }

  it.each([
    ['v1', 'paintings', { kind: 'reset-mid-body', times: 1 }],
    ['v1', 'paintings', { kind: 'reset-mid-body', times: 3 }],
    ['v2', 'paintings', { kind: 'reset-mid-body', times: 1, after: 2 }],
    ['v2', 'paintings', { kind: 'wrong-length', times: 2, after: 3 }],
    ['v2', 'orders', { kind: 'reset-mid-body', times: 1 }],
  ] as const)('leaves rows and counters as undisturbed: %s %s, %o', async (generation, list, fault) => {
    const counts = { paintings: 305, orders: 57 };
    const calm = await gateway.addDemoSite({ generation, counts });
    const { siteId, site } = await gateway.addDemoSite({ generation, counts });
    site.faults.set(list, fault);

    const [undisturbed, run] = await Promise.all([gateway.sync(calm.siteId), gateway.sync(siteId)]);

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(waits).toHaveLength(fault.times);
    expect(run.entities.map(counters)).toEqual(undisturbed.entities.map(counters));
    for (const table of ['painting', 'order', 'order_item'] as const) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await contents(siteId, table)).toEqual(await contents(calm.siteId, table));
    }
  });

  it.each(['v1', 'v2'] as const)(
    'and has changed when it comes again is still read whole: %s',
    async (generation) => {
      await using changing = await createTestGateway({
        pageRows: 10,
        retries: {
          async wait() {
            for (const id of [1, 2, 3]) site.rows.delete('paintings', id);
          },
        },
      });
      const { siteId, site } = await changing.addDemoSite({ generation, counts: { paintings: 305 } });
      site.faults.set('paintings', { kind: 'reset-mid-body', times: 1, after: generation === 'v1' ? 1 : 2 });

      expect(await changing.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });

      const mirrored = Object.keys((await mirrorOf(changing.database, siteId)).painting).map(Number);
      const there = [...site.rows.all('paintings')].map((row) => Number(Object(row).id));
      expect(there).toHaveLength(302);
      expect(there.filter((id) => !mirrored.includes(id))).toEqual([]);
    },
  );
});

describe('a site that is down', () => {
  it('is left in peace after a few failed calls: the rest of the run ends at once, and the next one too', async () => {
    await using strained = await createTestGateway({ breakers: { failures: 3, restMs: 60_000 } });
    const { siteId, site } = await strained.addDemoSite();
    const healthy = await strained.addDemoSite();
    site.faults.set('*', { kind: 'server-error' });

    const run = await strained.sync(siteId);

    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'SERVER_ERROR' });
    expect(run.entities.map(({ errorCode }) => errorCode).toSorted()).toEqual([
      ...Array<string>(3).fill('SERVER_ERROR'),
      ...Array<string>(4).fill('SITE_RESTING'),
    ]);
    expect(site.requests).toHaveLength(3 * 4);
    const { status } = await strained.database.prisma.site.findUniqueOrThrow({ where: { id: siteId } });
    expect(status).toBe('UNREACHABLE');

    expect(await strained.sync(siteId)).toMatchObject({ status: 'FAILED', errorCode: 'SITE_RESTING' });
    expect(site.requests).toHaveLength(3 * 4);
    expect(await strained.sync(healthy.siteId)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('is asked again after its rest', async () => {
    await using strained = await createTestGateway({ breakers: { failures: 3, restMs: 0 } });
    const { siteId, site } = await strained.addDemoSite();
    site.faults.set('*', { kind: 'server-error', times: 12 });

    expect(await strained.sync(siteId)).toMatchObject({ status: 'PARTIAL' });
    expect(await strained.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('a run that is stopped while it waits', () => {
  it('ends at once', async () => {
    const waiting = Promise.withResolvers<void>();
    await using idle = await createTestGateway({ concurrency: 0 });
    const { retries } = idle.deps.patience;
    const deps = {
      ...idle.deps,
      patience: {
        ...idle.deps.patience,
        retries: {
          ...retries,
          longestRetryAfterMs: 3_600_000,
          wait(delayMs: number, signal: AbortSignal | undefined) {
            waiting.resolve();
            return defaultRetries.wait(delayMs, signal);
          },
        },
      },
    };
    const { siteId, site } = await idle.addDemoSite();
    site.faults.set('paintings', { kind: 'rate-limited', retryAfterSeconds: 3_600 });
    const { runId } = await idle.request(siteId);
    const stop = new AbortController();
    const running = runSync(deps, runId, stop.signal);
    await waiting.promise;
    const from = performance.now();

    const reason = new Error('stopped');
    stop.abort(reason);

    await expect(running).rejects.toBe(reason);
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});
