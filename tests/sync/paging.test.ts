import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const pathsOf = (site: DemoSite, list: string) =>
  site.requests.map(({ path }) => path).filter((path) => path.startsWith(`/api/export/${list}`));

const paintingsOf = (siteId: number) => gateway.database.prisma.painting.count({ where: { siteId } });

describe('a v1 site, which knows no pages', () => {
  it.each([0, 1, 9, 11, 24, 300])('is asked once for its list of %i', async (paintings) => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v1', counts: { paintings } });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({
      status: 'SUCCEEDED',
      pages: 1,
      received: paintings,
      created: paintings,
      duplicates: 0,
    });
    expect(pathsOf(site, 'paintings')).toEqual(['/api/export/paintings?limit=10&offset=0']);
    expect(await paintingsOf(siteId)).toBe(paintings);
  });

  it('is asked once more when its list is as long as a page, and counts its rows once', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v1', counts: { paintings: 10 } });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({
      status: 'SUCCEEDED',
      pages: 1,
      received: 10,
      created: 10,
      duplicates: 0,
    });
    expect(pathsOf(site, 'paintings')).toHaveLength(2);
    expect((await logOf(gateway.database, run.runId)).filter(({ level }) => level === 'WARNING')).toEqual([]);
  });

  it('gives every row of a list of many chunks the time at which it was asked for', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v1', counts: { paintings: 37 } });
    const before = new Date();
    await gateway.sync(siteId, ['PAINTINGS']);
    for (let id = 1; id <= 37; id++) site.rows.update('paintings', id, { quantity: 99 });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ updated: 37, unchanged: 0 });
    expect(
      await gateway.database.prisma.painting.count({
        where: { siteId, quantity: 99, observedAt: { gt: before } },
      }),
    ).toBe(37);
  });
});

describe('a v2 site', () => {
  it('is asked for page after page, each from the last row of the one before, until nothing more comes', async () => {
    const { siteId, site } = await gateway.addDemoSite({ counts: { paintings: 20 } });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ status: 'SUCCEEDED', pages: 3, received: 20, created: 20 });
    expect(pathsOf(site, 'paintings')).toEqual(
      ['limit=10&offset=0', 'limit=11&offset=9', 'limit=11&offset=19'].map(
        (query) => `/api/export/paintings?${query}`,
      ),
    );
  });

  it('is read to its end though it never gives as many rows as asked for', async () => {
    await using wide = await createTestGateway({ pageRows: 1_000 });
    const { siteId, site } = await wide.addDemoSite({ counts: { paintings: 230 } });
    site.faults.set('paintings', { kind: 'cap-limit', rows: 50 });

    const run = await wide.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({
      status: 'SUCCEEDED',
      pages: 6,
      received: 230,
      created: 230,
      duplicates: 0,
    });
    expect(
      pathsOf(site, 'paintings').map((path) => new URL(path, site.url).searchParams.get('offset')),
    ).toEqual(['0', '49', '98', '147', '196', '229']);
  });

  it.each([
    ['ignore-offset', 6], // the limit is not the same for all pages: the second brings a row more
    ['ignore-limit', 5],
  ] as const)('that always gives the same is given up: %s, on page %i', async (kind, pages) => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.faults.set('paintings', { kind });
    site.forgetRequests();

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'SCAN_STUCK' });
    expect(run.entities.find(({ entity }) => entity === 'PAINTINGS')).toMatchObject({
      status: 'FAILED',
      errorCode: 'SCAN_STUCK',
      errorMessage: expect.stringContaining(`got none in page ${pages} of the list`),
    });
    expect(pathsOf(site, 'paintings')).toHaveLength(pages);
    expect(await paintingsOf(siteId)).toBe(24);
  });

  it('whose list grows while it is read is not called stuck', async () => {
    const { siteId, site } = await gateway.addDemoSite({ counts: { orders: 14 } });
    await gateway.sync(siteId, ['ORDERS']);
    // Serves the third page, which is to be empty, as if an order had been placed since the second was read.
    site.faults.set('orders', { kind: 'duplicate-across-pages', after: 3 });

    const run = await gateway.sync(siteId, ['ORDERS']);

    expect(run.entities[0]).toMatchObject({
      status: 'SUCCEEDED',
      received: 15,
      unchanged: 15,
      duplicates: 1,
      pages: 3,
    });
    expect(await logOf(gateway.database, run.runId)).toContainEqual({
      level: 'WARNING',
      entity: 'ORDERS',
      message: expect.stringContaining('got 1 again (id 1)'),
    });
  });

  it('whose orders of one moment change places keeps every order it has shown', async () => {
    const { siteId, site } = await gateway.addDemoSite({ counts: { orders: 200 } });
    await gateway.sync(siteId, ['ORDERS']);
    site.faults.set('orders', { kind: 'shuffled-ties' });

    const run = await gateway.sync(siteId, ['ORDERS']);

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.entities[0]).toMatchObject({ created: 0, updated: 0 });
    expect(await gateway.database.prisma.order.count({ where: { siteId, deletedAt: null } })).toBe(200);
  });
});
