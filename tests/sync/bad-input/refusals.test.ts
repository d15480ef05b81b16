import { createServer } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import { createTestGateway, type TestGateway } from '../../support/gateway.ts';
import { KEY, meetFault, mirroredSite } from '../support/meet-fault.ts';
import { logOf, mirrorOf, tellings } from '../support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const statusOf = async (siteId: number) =>
  (await gateway.database.prisma.site.findUniqueOrThrow({ where: { id: siteId } })).status;

describe('a key the site refuses', () => {
  it.each([
    ['v1', 403, 'FAILED', 7],
    ['v2', 401, 'PARTIAL', 6], // its settings are open to everyone
  ] as const)('is said of a %s site, with status %i', async (generation, status, runStatus, failed) => {
    const { siteId, site } = await mirroredSite(gateway, generation);
    const before = await mirrorOf(gateway.database, siteId);
    site.settings.set('export_api_key', 'FAKE-another-key');

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: runStatus, errorCode: 'KEY_REFUSED' });
    expect(run.errorMessage).toBe(
      `GET /api/export/stats: expected status 200, got ${status}: the site refuses its key; ` +
        "enter the key shown by the site's admin page",
    );
    expect(run.entities.filter((entity) => entity.errorCode === 'KEY_REFUSED')).toHaveLength(failed);
    expect(await statusOf(siteId)).toBe('KEY_REFUSED');
    expect(await mirrorOf(gateway.database, siteId)).toMatchObject({
      painting: before.painting,
      user: before.user,
    });
    expect(await tellings(gateway.database, siteId)).not.toContain(KEY);
  });

  it('is put right by a run that gets through', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v1');
    site.faults.set('*', { kind: 'key-refused' });
    await gateway.sync(siteId);
    expect(await statusOf(siteId)).toBe('KEY_REFUSED');
    site.faults.clear();

    await gateway.sync(siteId);

    expect(await statusOf(siteId)).toBe('HEALTHY');
  });

  it('is not said of a site that refuses one list only', async () => {
    const { run, entity, siteId } = await meetFault(gateway, 'orders', { kind: 'key-refused' });

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'KEY_REFUSED' });
    expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'KEY_REFUSED', received: 0 });
    expect(await statusOf(siteId)).toBe('DEGRADED');
  });
});

describe('an entity the site does not answer', () => {
  it.each<['paintings' | 'orders' | 'settings' | 'stats', FaultInput, string, string]>([
    ['orders', { kind: 'server-error' }, 'SERVER_ERROR', 'got 500'],
    ['stats', { kind: 'server-error', status: 503 }, 'SERVER_ERROR', 'got 503'],
    ['settings', { kind: 'server-error' }, 'SERVER_ERROR', 'got 500'],
    ['orders', { kind: 'rate-limited', retryAfterSeconds: 30 }, 'RATE_LIMITED', 'try again after 30 s'],
  ])('fails alone: %s, %o', async (endpoint, fault, code, came) => {
    const { run, entity, log, siteId } = await meetFault(gateway, endpoint, fault);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: code });
    expect(entity).toMatchObject({
      status: 'FAILED',
      errorCode: code,
      errorMessage: expect.stringContaining(came),
    });
    expect(log).toContainEqual({ level: 'ERROR', entity: entity.entity, message: entity.errorMessage });
    expect(log.at(-1)).toMatchObject({
      level: 'WARNING',
      message: expect.stringContaining('The run ended: PARTIAL.'),
    });
    expect(await statusOf(siteId)).toBe('DEGRADED');
  });

  it.each([
    ['paintings', 'painting'],
    ['orders', 'order'],
    ['exhibitions', 'exhibition'],
    ['customRequests', 'custom_request'],
    ['settings', 'site_setting'],
    ['stats', 'site_stats'],
  ] as const)(
    'is unsupported where it is not found, which is no fault of the run: %s',
    async (endpoint, table) => {
      const { run, entity, log, siteId, site, before, after } = await meetFault(gateway, endpoint, {
        kind: 'not-found',
      });

      expect(run).toMatchObject({ status: 'SUCCEEDED', errorCode: null });
      expect(entity).toMatchObject({
        status: 'UNSUPPORTED',
        errorCode: 'NOT_FOUND',
        errorMessage: expect.stringContaining('got 404'),
        received: 0,
      });
      expect(log).toContainEqual({ level: 'WARNING', entity: entity.entity, message: entity.errorMessage });
      expect(await statusOf(siteId)).toBe('HEALTHY');
      expect(site.requests).toHaveLength(new Set(site.requests.map(({ path }) => path)).size);
      expect(after[table]).toEqual(before[table]);
    },
  );

  it('is unsupported, and the run partial, where another fails', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    site.faults.set('exhibitions', { kind: 'not-found' });
    site.faults.set('orders', { kind: 'server-error' });

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'PARTIAL', errorCode: 'SERVER_ERROR' });
    expect(await gateway.sync(siteId, ['EXHIBITIONS'])).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('is unsupported, but the run fails, where nothing of a template site is found', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    const before = await mirrorOf(gateway.database, siteId);
    site.faults.set('*', { kind: 'not-found' });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'NOT_FOUND' });
    expect(run.entities.every(({ status }) => status === 'UNSUPPORTED')).toBe(true);
    expect(await statusOf(siteId)).toBe('UNREACHABLE');
    expect(await mirrorOf(gateway.database, siteId)).toEqual(before);
  });

  it('keeps the pages that came before the one that fails', async () => {
    const { entity, before, after } = await meetFault(gateway, 'paintings', {
      kind: 'server-error',
      after: 3,
    });

    expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'SERVER_ERROR', pages: 2, received: 20 });
    expect(before.painting['3']).not.toMatchObject({ quantity: 77 });
    expect(after.painting['3']).toMatchObject({ quantity: 77 });
  });

  it('fails the rest of a run once the pool of the site has leaked away, and keeps what came before', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    const before = await mirrorOf(gateway.database, siteId);
    for (const list of ['paintings', 'users', 'orders', 'exhibitions', 'customRequests', 'full'] as const) {
      site.faults.set(list, { kind: 'leaking-pool', works: list === 'paintings' ? 2 : 0 });
    }

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'SERVER_ERROR' });
    expect(run.entities.map(({ entity, status }) => [entity, status])).toEqual([
      ['SETTINGS', 'SUCCEEDED'],
      ['STATS', 'SUCCEEDED'],
      ['PAINTINGS', 'FAILED'],
      ['USERS', 'FAILED'],
      ['ORDERS', 'FAILED'],
      ['EXHIBITIONS', 'FAILED'],
      ['CUSTOM_REQUESTS', 'FAILED'],
    ]);
    expect(run.entities[2]).toMatchObject({ pages: 2, received: 20, updated: 1, unchanged: 19 });
    expect(await mirrorOf(gateway.database, siteId)).toMatchObject({
      user: before.user,
      order: before.order,
    });
  });
});

describe('a site that answers nothing but errors', () => {
  it('fails the run, and is called unreachable', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    const before = await mirrorOf(gateway.database, siteId);
    site.faults.set('*', { kind: 'server-error' });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'SERVER_ERROR' });
    expect(run.errorMessage).toContain('GET /api/export/stats: expected status 200, got 500');
    expect(run.entities.every((entity) => entity.status === 'FAILED')).toBe(true);
    expect((await logOf(gateway.database, run.runId)).at(-1)).toMatchObject({ level: 'ERROR' });
    expect(await statusOf(siteId)).toBe('UNREACHABLE');
    expect(await mirrorOf(gateway.database, siteId)).toEqual(before);
  });
});

describe('a site that redirects elsewhere', () => {
  it('is not followed: the key goes nowhere else', async () => {
    const seen: string[] = [];
    const elsewhere = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('{"paintings": [], "count": 0}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    try {
      const address = elsewhere.address();
      const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
      const { siteId, site } = await mirroredSite(gateway, 'v2');
      const before = await mirrorOf(gateway.database, siteId);
      for (const status of [301, 302, 307, 308]) {
        site.faults.set('*', { kind: 'redirect', to: `${origin}/api/export/paintings?q=private`, status });

        // oxlint-disable-next-line no-await-in-loop
        const run = await gateway.sync(siteId);

        expect(run).toMatchObject({ status: 'FAILED', errorCode: 'REDIRECTED' });
        expect(run.errorMessage).toContain(`got ${status}, a redirect to ${origin}, which is not followed`);
        expect(run.entities.filter((entity) => entity.errorCode === 'REDIRECTED')).toHaveLength(7);
      }
      expect(seen).toEqual([]);
      expect(await statusOf(siteId)).toBe('UNREACHABLE');
      expect(await mirrorOf(gateway.database, siteId)).toEqual(before);
      expect(await tellings(gateway.database, siteId)).not.toContain('q=private');
    } finally {
      elsewhere.close();
    }
  });

  it('fails one list alone', async () => {
    const { run, entity } = await meetFault(gateway, 'users', { kind: 'redirect' });

    expect(run).toMatchObject({ status: 'PARTIAL' });
    expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'REDIRECTED' });
  });
});
