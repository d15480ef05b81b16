import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isRow } from '../../src/demo-site/rows/json.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { KEY } from './support/meet-fault.ts';
import { dumpDatabase, logOf } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const SECRETS = ['sk_test_FAKE', 'FAKE-smtp-pw', 'pbkdf2:FAKE', KEY, '***MASKED***'];

describe.each(['v1', 'v2'] as const)('the secrets of a %s site', (generation) => {
  it('are stored as set, never as they are', async () => {
    const { siteId } = await gateway.addDemoSite({ generation, apiKey: KEY });

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });

    const settings = await gateway.database.prisma.siteSetting.findMany({
      where: { siteId },
      orderBy: { key: 'asc' },
    });
    const rows = settings.map(({ key, value, secret, isSet }) => ({ key, value, secret, isSet }));
    const secret = { value: null, secret: true, isSet: true };
    expect(rows).toContainEqual({ key: 'export_api_key', ...secret });
    expect(rows).toContainEqual({ key: 'smtp_password', ...secret });
    expect(rows.filter(({ key }) => key === 'stripe_secret_key')).toEqual(
      generation === 'v1' ? [{ key: 'stripe_secret_key', ...secret }] : [], // v2 leaves it out
    );
    expect(rows).toContainEqual({ key: 'site_name', value: 'Galerie', secret: false, isSet: true });
    expect(rows).toContainEqual({
      key: 'stripe_publishable_key',
      value: 'pk_test_FAKE51Demo',
      secret: false,
      isSet: true,
    });
  });

  it('are nowhere in the database', async () => {
    const dump = await dumpDatabase(gateway.database);

    expect(dump).toContain('pk_test_FAKE51Demo'); // the dump does hold what is stored
    expect(SECRETS.filter((secret) => dump.includes(secret))).toEqual([]);
  });
});

describe('custom requests that are the names of their columns', () => {
  it('are read from full instead, which is said, and nothing else of it is kept', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v2', apiKey: KEY });

    const run = await gateway.sync(siteId, ['CUSTOM_REQUESTS']);

    expect(run.entities[0]).toMatchObject({ status: 'SUCCEEDED', received: 3, created: 3, rejected: 0 });
    expect(site.requests.map(({ path }) => path)).toEqual([
      '/api/export/custom-requests',
      '/api/export/full',
    ]);
    const stored = await gateway.database.prisma.customRequest.findMany({
      where: { siteId },
      orderBy: { sourceId: 'asc' },
    });
    const upstream = [...site.rows.all('customRequests')].filter(isRow).toReversed();
    expect(
      stored.map(({ clientName, clientEmail, description }) => [clientName, clientEmail, description]),
    ).toEqual(upstream.map((row) => [row['client_name'], row['client_email'], row['description']]));
    expect(await logOf(gateway.database, run.runId)).toContainEqual({
      level: 'WARNING',
      entity: 'CUSTOM_REQUESTS',
      message:
        'The site answers the names of the columns instead of the requests: they are read from /api/export/full.',
    });
    const dump = await dumpDatabase(gateway.database);
    expect(SECRETS.filter((secret) => dump.includes(secret))).toEqual([]);
  });

  it('are read from their own list once that is sound', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v2' });
    site.rows.setRaw('customRequests', [{ id: 5, client_name: 'n', description: 'd', status: 'En attente' }]);

    const run = await gateway.sync(siteId, ['CUSTOM_REQUESTS']);

    expect(run.entities[0]).toMatchObject({ status: 'SUCCEEDED', received: 1, created: 1 });
    expect(site.requests.map(({ path }) => path)).toEqual(['/api/export/custom-requests']);
  });

  it('fail, and keep what is mirrored, when full does not answer', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v2' });
    await gateway.sync(siteId, ['CUSTOM_REQUESTS']);
    site.faults.set('full', { kind: 'server-error' });

    const run = await gateway.sync(siteId, ['CUSTOM_REQUESTS']);

    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'SERVER_ERROR' });
    expect(run.errorMessage).toContain('GET /api/export/full');
    expect(await gateway.database.prisma.customRequest.count({ where: { siteId, deletedAt: null } })).toBe(3);
  });
});
