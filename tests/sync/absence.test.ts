import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Entity } from '../../src/db/generated/prisma/enums.ts';
import type { FaultInput } from '../../src/demo-site/faults/kinds.ts';
import type { DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { seededRandom } from '../template/support/random.ts';
import { logOf } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
  // Remembers every row that was ever tombstoned, also those that were revived in the same run.
  await gateway.database.pool.query(`
    CREATE TABLE grave (site_id int, source_id bigint);
    CREATE FUNCTION note_grave() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO grave VALUES (NEW.site_id, NEW.source_id); RETURN NULL; END $$;
    CREATE TRIGGER grave AFTER UPDATE ON painting FOR EACH ROW
      WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION note_grave();
  `);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const liveIds = async (siteId: number): Promise<number[]> => {
  const rows = await gateway.database.prisma.painting.findMany({
    where: { siteId, deletedAt: null },
    orderBy: { sourceId: 'asc' },
  });
  return rows.map(({ sourceId }) => Number(sourceId));
};

const buriedIds = async (siteId: number): Promise<number[]> => {
  const { rows } = await gateway.database.pool.query<{ id: string }>(
    'SELECT source_id AS id FROM grave WHERE site_id = $1',
    [siteId],
  );
  return rows.map(({ id }) => Number(id)).toSorted((left, right) => left - right);
};

const idsOn = (site: DemoSite): number[] =>
  [...site.rows.all('paintings')]
    .map((row) => (typeof row === 'object' && row !== null && 'id' in row ? Number(row['id']) : NaN))
    .toSorted((left, right) => left - right);

const scansOf = (runId: string, entity: Entity = 'PAINTINGS') =>
  gateway.database.prisma.syncScan.findMany({ where: { runId, entity }, orderBy: { pass: 'asc' } });

describe('the certificate of a scan', () => {
  it('is stored with each list: one complete reading, when nothing is missing', async () => {
    const { siteId } = await gateway.addDemoSite();

    const { runId } = await gateway.sync(siteId);

    expect(await scansOf(runId)).toMatchObject([
      {
        pass: 1,
        verdict: 'COMPLETE',
        pages: 4,
        offsets: [0, 9, 19, 23],
        rows: 24,
        distinctIds: 24,
        missing: 0,
        totalBefore: 24,
        totalAfter: null,
        endedAt: expect.any(Date),
      },
    ]);
    expect(await scansOf(runId, 'SETTINGS')).toMatchObject([{ pass: 1, verdict: 'COMPLETE', missing: 0 }]);
    expect(await gateway.database.prisma.syncScanPart.count()).toBe(0);
  });

  it('says INCOMPLETE when the list was not read to its end', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('paintings', { kind: 'server-error', after: 2 });

    const { runId } = await gateway.sync(siteId, ['PAINTINGS']);

    expect(await scansOf(runId)).toMatchObject([{ verdict: 'INCOMPLETE', endedAt: null, missing: null }]);
  });
});

describe('a row that is gone', () => {
  it.each(['v1', 'v2'] as const)(
    'is tombstoned when two complete scans in a row missed it: %s',
    async (generation) => {
      const { siteId, site } = await gateway.addDemoSite({ generation });
      await gateway.sync(siteId);
      site.rows.delete('paintings', 5);

      const run = await gateway.sync(siteId, ['PAINTINGS']);

      expect(run.entities[0]).toMatchObject({ received: 23, unchanged: 23, tombstoned: 1, held: 0 });
      expect(await scansOf(run.runId)).toMatchObject([
        { pass: 1, verdict: 'COMPLETE', missing: 1, rows: 23 },
        { pass: 2, verdict: 'COMPLETE', missing: 1, rows: 23, totalBefore: 23, totalAfter: 23 },
      ]);
      expect(await buriedIds(siteId)).toEqual([5]);
      const again = await gateway.sync(siteId, ['PAINTINGS']);
      expect(again.entities[0]).toMatchObject({ tombstoned: 0 });
      expect(await scansOf(again.runId)).toHaveLength(1);
    },
  );

  it('is revived when it returns', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.delete('paintings', 5);
    await gateway.sync(siteId);
    site.rows.revive('paintings', 5);

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ updated: 1, tombstoned: 0 });
    expect(await liveIds(siteId)).toEqual(idsOn(site));
  });

  it('goes from every list, settings too, and with them nothing else', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.delete('users', 3);
    site.rows.delete('orders', 4);
    site.settings.delete('stripe_price_id');

    const run = await gateway.sync(siteId);

    expect(run.entities.map(({ entity, tombstoned }) => [entity, tombstoned])).toEqual([
      ['SETTINGS', 1],
      ['STATS', 0],
      ['PAINTINGS', 0],
      ['USERS', 1],
      ['ORDERS', 1],
      ['EXHIBITIONS', 0],
      ['CUSTOM_REQUESTS', 0],
    ]);
    const { prisma } = gateway.database;
    expect(await prisma.siteSetting.findMany({ where: { siteId, deletedAt: { not: null } } })).toMatchObject([
      { key: 'stripe_price_id' },
    ]);
  });

  it('that is there but rejected is not gone', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.update('paintings', 5, { price: -1 });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ rejected: 1, tombstoned: 0 });
    expect(await scansOf(run.runId)).toHaveLength(1);
  });

  it('about which something newer is known stays', async () => {
    let isRefreshed = false;
    const { siteId, site } = await gateway.addDemoSite({
      onRequest: ({ path }) => {
        if (!isRefreshed || !path.startsWith('/api/export/paintings')) return;
        void gateway.database.pool.query(
          'UPDATE painting SET observed_at = clock_timestamp() WHERE site_id = $1 AND source_id = 5',
          [siteId],
        );
      },
    });
    await gateway.sync(siteId);
    site.rows.delete('paintings', 5);
    isRefreshed = true;

    await gateway.sync(siteId, ['PAINTINGS']);

    expect(await buriedIds(siteId)).toEqual([]);
  });
});

describe('nothing is deleted', () => {
  it.each<[string, FaultInput]>([
    ['the site is down', { kind: 'down-socket' }],
    ['a later page fails', { kind: 'server-error', after: 2 }],
    ['the key is refused', { kind: 'key-refused' }],
    ['the list does not exist', { kind: 'not-found' }],
    ['an answer is cut off', { kind: 'truncated', after: 2 }],
    ['the second scan fails', { kind: 'server-error', after: 5 }],
  ])('when %s', async (_name, fault) => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.delete('paintings', 5);
    site.faults.set('paintings', fault);

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(['FAILED', 'UNSUPPORTED']).toContain(run.entities[0]?.status);
    expect(await buriedIds(siteId)).toEqual([]);
  });

  it('when the run is called off in the second scan', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.delete('paintings', 5);
    site.faults.set('paintings', { kind: 'slow-headers', ms: 60_000, after: 6 });
    const { runId } = await gateway.request(siteId, ['PAINTINGS']);
    await expect.poll(async () => (await scansOf(runId)).length).toBe(2);

    await gateway.cancel(runId);

    expect(await buriedIds(siteId)).toEqual([]);
  });

  it('while the site says that it holds more rows than it shows', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.delete('paintings', 5);
    let page = 0;
    const { siteId: otherId, site: other } = await gateway.addDemoSite({
      // A list that shows another row less at each reading, as one under a broken index would.
      onRequest: ({ path }) => {
        if (path.startsWith('/api/export/paintings?limit=10') && page++ > 0)
          other.rows.delete('paintings', page);
      },
    });
    await gateway.sync(otherId);
    other.faults.set('stats', { kind: 'stats-wrong', by: 3 });

    const run = await gateway.sync(otherId, ['PAINTINGS']);

    expect((await scansOf(run.runId)).map(({ verdict }) => verdict)).toEqual(
      Array.from({ length: 5 }, () => 'SHORT'),
    );
    expect(await buriedIds(otherId)).toEqual([]);
    expect(await logOf(gateway.database, run.runId)).toContainEqual({
      level: 'WARNING',
      entity: 'PAINTINGS',
      message: expect.stringContaining('could not be proven complete (SHORT)'),
    });
  });

  it.each([
    ['orders of one moment change places', { kind: 'shuffled-ties' }],
    ['every page begins a row late', { kind: 'missed-across-pages' }],
    ['every page begins a row early', { kind: 'duplicate-across-pages' }],
  ] as const)('though %s', async (_name, fault) => {
    const { siteId, site } = await gateway.addDemoSite({ counts: { orders: 200 } });
    await gateway.sync(siteId);
    site.faults.set('orders', fault);

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(await gateway.database.prisma.order.count({ where: { siteId, deletedAt: null } })).toBe(200);
  });
});

describe('a list that changes while it is read', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'ends equal to its site, and no row that lives was ever deleted: seed %i',
    async (seed) => {
      const random = seededRandom(seed);
      const pick = (below: number) => Math.floor(random() * below);
      let changes = 0;
      const { siteId, site } = await gateway.addDemoSite({
        counts: { paintings: 120 },
        onRequest: ({ path }) => {
          if (changes === 0 || !path.startsWith('/api/export/paintings')) return;
          changes--;
          for (let count = pick(4); count > 0; count--) {
            const ids = idsOn(site);
            if (random() < 0.5) site.rows.insert('paintings', { display_order: pick(120) });
            else site.rows.delete('paintings', ids[pick(ids.length)] ?? 1);
          }
        },
      });
      await gateway.sync(siteId);
      expect(await liveIds(siteId)).toEqual(idsOn(site));
      const before = new Set(idsOn(site));
      changes = 15;

      const run = await gateway.sync(siteId);

      expect(run).toMatchObject({ status: 'SUCCEEDED' });
      expect(changes).toBe(0);
      const now = idsOn(site);
      expect(await liveIds(siteId)).toEqual(now);
      const gone = [...before].filter((id) => !now.includes(id)).toSorted((left, right) => left - right);
      const buried = await buriedIds(siteId);
      expect(buried.filter((id) => now.includes(id))).toEqual([]);
      expect(buried).toEqual(expect.arrayContaining(gone));
    },
  );

  it('and loses so many rows that a scan loses its way is read again, until one does not', async () => {
    let isChanging = false;
    const { siteId, site } = await gateway.addDemoSite({
      counts: { paintings: 60 },
      onRequest: ({ path }) => {
        if (!isChanging || !path.startsWith('/api/export/paintings')) return;
        // After the first page of each of the first two passes: all that was read goes, and what comes after moves up.
        if (path.includes('offset=0') && passes === 1) for (let count = 0; count < 10; count++) addOnTop();
        if (path.includes('offset=9')) {
          for (const id of top(10)) site.rows.delete('paintings', id);
          isChanging = ++passes < 2;
        }
      },
    });
    let passes = 0;
    const addOnTop = () => site.rows.insert('paintings', { display_order: 1_000 });
    const top = (count: number) =>
      site.rows.page('paintings', 0, count).map((row) => Number(Reflect.get(Object(row), 'id')));
    await gateway.services.updateSite(siteId, { deletionHoldPercent: 100 });
    await gateway.sync(siteId);
    const slipping = site.rows.page('paintings', 10, 1).map((row) => Number(Reflect.get(Object(row), 'id')));
    site.faults.set('stats', { kind: 'server-error' }); // no total tells that a row was missed
    isChanging = true;

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect((await scansOf(run.runId)).map(({ verdict }) => verdict)).toEqual([
      'CHANGED',
      'CHANGED',
      'COMPLETE',
      'COMPLETE',
    ]);
    expect(await buriedIds(siteId)).not.toContain(slipping[0]);
    expect(await liveIds(siteId)).toEqual(idsOn(site));
  });

  it('between two attempts at one page is not taken for read whole', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({ id: index + 1, name: 'n', price: 5 }));
    let requests = -Infinity;
    const { siteId, site } = await gateway.addDemoSite({
      onRequest: ({ path }) => {
        // Rows 15 to 18 move to where the answer that broke off had been read.
        if (path.startsWith('/api/export/paintings') && ++requests === 3)
          site.rows.setRaw('paintings', rows.slice(9));
      },
    });
    site.rows.setRaw('paintings', rows);
    await gateway.sync(siteId, ['PAINTINGS']);
    site.faults.set('paintings', { kind: 'reset-mid-body', after: 2, times: 1 });
    requests = 0;

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect((await scansOf(run.runId)).map(({ verdict, rows: met }) => [verdict, met])).toEqual([
      ['CHANGED', 36],
      ['COMPLETE', 31],
      ['COMPLETE', 31],
    ]);
  });

  it('and that gives 50 rows at most is mirrored whole', async () => {
    await using wide = await createTestGateway({ pageRows: 1_000 });
    const { siteId, site } = await wide.addDemoSite({ counts: { paintings: 230 } });
    site.faults.set('paintings', { kind: 'cap-limit', rows: 50 });
    await wide.sync(siteId);
    for (const id of [1, 60, 61, 130]) site.rows.delete('paintings', id);

    const run = await wide.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ tombstoned: 4 });
    expect(await wide.database.prisma.painting.count({ where: { siteId, deletedAt: null } })).toBe(226);
  });

  it('is believed against the figures of its site once it stands still', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.faults.set('stats', { kind: 'stats-wrong', by: 10 });
    site.rows.delete('paintings', 5);

    const run = await gateway.sync(siteId);

    expect((await scansOf(run.runId)).map(({ verdict }) => verdict)).toEqual([
      'SHORT',
      'COMPLETE',
      'COMPLETE',
    ]);
    expect(await buriedIds(siteId)).toEqual([5]);
  });
});
