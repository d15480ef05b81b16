import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import { createTestGateway, type TestGateway } from '../../support/gateway.ts';
import { meetFault, mirroredSite } from '../support/meet-fault.ts';
import { mirrorOf } from '../support/run-record.ts';

let gateway: TestGateway;
/** Its limit on a whole call is the shortest; the other's limits on waiting are. */
let hasty: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10, limits: { headersMs: 400, idleMs: 400 } });
  hasty = await createTestGateway({ limits: { callMs: 600, listCallMs: 600 } });
});
afterAll(() => Promise.all([gateway[Symbol.asyncDispose](), hasty[Symbol.asyncDispose]()]));

const statusOf = async (siteId: number) =>
  (await gateway.database.prisma.site.findUniqueOrThrow({ where: { id: siteId } })).status;

describe('a connection that breaks', () => {
  it.each<['paintings' | 'users' | 'stats' | 'settings', FaultInput, RegExp]>([
    ['paintings', { kind: 'down-socket' }, /GET \/api\/export\/paintings: .*ECONNRESET|UND_ERR_SOCKET/],
    ['stats', { kind: 'down-socket' }, /GET \/api\/export\/stats: .*ECONNRESET|UND_ERR_SOCKET/],
    ['paintings', { kind: 'reset-mid-body' }, /ECONNRESET|UND_ERR_SOCKET/],
    ['settings', { kind: 'reset-mid-body' }, /ECONNRESET|UND_ERR_SOCKET/],
    ['users', { kind: 'wrong-length' }, /ended|UND_ERR|connection/],
    ['stats', { kind: 'wrong-length' }, /ended|UND_ERR|connection/],
  ])('fails its entity alone: %s, %o', async (endpoint, fault, message) => {
    const { run, entity, log, siteId } = await meetFault(gateway, endpoint, fault);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'UNREACHABLE' });
    expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'UNREACHABLE' });
    expect(entity.errorMessage).toMatch(message);
    expect(log).toContainEqual({ level: 'ERROR', entity: entity.entity, message: entity.errorMessage });
    expect(await statusOf(siteId)).toBe('DEGRADED');
  });

  it('loses the page it broke on, not those before', async () => {
    const { entity, after } = await meetFault(gateway, 'paintings', { kind: 'reset-mid-body', after: 3 });

    expect(entity).toMatchObject({
      status: 'FAILED',
      errorCode: 'UNREACHABLE',
      pages: 2,
      received: 20,
      updated: 1,
    });
    expect(after.painting['3']).toMatchObject({ quantity: 77 });
  });

  it('says how far a list came that was cut off', async () => {
    const { run, entity } = await meetFault(gateway, 'paintings', { kind: 'truncated' });

    expect(run).toMatchObject({ status: 'PARTIAL' });
    expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'NOT_JSON' });
    expect(entity.errorMessage).toMatch(/got JSON cut off after \d+ records/);
  });
});

describe('a site that is slow', () => {
  it.each<['paintings' | 'stats', FaultInput, string]>([
    ['paintings', { kind: 'slow-headers', ms: 60_000 }, 'expected the start of an answer within 400 ms'],
    ['stats', { kind: 'slow-headers', ms: 60_000 }, 'expected the start of an answer within 400 ms'],
    ['paintings', { kind: 'slow-body', ms: 60_000 }, 'expected the next bytes of the answer within 400 ms'],
  ])('is given up: %s, %o', async (endpoint, fault, message) => {
    const { run, entity, siteId } = await meetFault(gateway, endpoint, fault);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'TIMEOUT' });
    expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT' });
    expect(entity.errorMessage).toContain(`GET /api/export/${endpoint}: ${message}`);
    expect(await statusOf(siteId)).toBe('DEGRADED');
  });

  it.each(['paintings', 'stats'] as const)(
    'is given up, though a byte is always just about to come: %s',
    async (endpoint) => {
      const { run, entity } = await meetFault(hasty, endpoint, { kind: 'slow-body', ms: 20 });

      expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'TIMEOUT' });
      expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'TIMEOUT' });
      expect(entity.errorMessage).toContain(
        `GET /api/export/${endpoint}: expected the whole answer within 600 ms`,
      );
    },
  );

  it('is waited for as long as the limits allow', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    site.faults.set('*', { kind: 'slow-headers', ms: 20 });
    site.faults.add('exhibitions', { kind: 'slow-body', ms: 1, bytes: 50 });

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED', errorCode: null });
  });
});

describe('a site that is down', () => {
  it('fails the run, is called unreachable, and keeps its mirror', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    const before = await mirrorOf(gateway.database, siteId);
    await site.stop();

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'UNREACHABLE' });
    expect(run.errorMessage).toBe(
      'GET /api/export/stats: expected an HTTP answer, the connection failed (ECONNREFUSED); ' +
        "check the site's address and that it is up",
    );
    expect(
      run.entities.every(({ status, errorCode }) => status === 'FAILED' && errorCode === 'UNREACHABLE'),
    ).toBe(true);
    expect(await statusOf(siteId)).toBe('UNREACHABLE');
    expect(await mirrorOf(gateway.database, siteId)).toEqual(before);
  });

  it('resets every connection: the same', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v1');
    site.faults.set('*', { kind: 'down-socket' });

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'FAILED', errorCode: 'UNREACHABLE' });
    expect(await statusOf(siteId)).toBe('UNREACHABLE');
  });

  it('goes down while it is read: what came before stays, the rest fails', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    site.faults.set('orders', { kind: 'down-socket' });
    site.faults.set('exhibitions', { kind: 'down-socket' });
    site.faults.set('customRequests', { kind: 'down-socket' });

    const run = await gateway.sync(siteId);

    expect(run.status).toBe('PARTIAL');
    expect(run.entities.map(({ entity, status, updated }) => [entity, status, updated])).toEqual([
      ['SETTINGS', 'SUCCEEDED', 0],
      ['STATS', 'SUCCEEDED', expect.any(Number)],
      ['PAINTINGS', 'SUCCEEDED', 1],
      ['USERS', 'SUCCEEDED', 1],
      ['ORDERS', 'FAILED', 0],
      ['EXHIBITIONS', 'FAILED', 0],
      ['CUSTOM_REQUESTS', 'FAILED', 0],
    ]);
  });
});
