import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { upsert, upsertStatement } from '../../src/db/bulk.ts';
import { transaction } from '../../src/db/client.ts';
import { RawJson, type JsonValue } from '../../src/demo-site/rows/json.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { MIRRORED } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(() => vi.useRealTimers());

interface Fresh {
  sourceId: number;
  name: string;
}

const { name: _prepared, ...statement } = upsertStatement<Fresh>(
  'painting',
  [{ name: 'source_id', type: 'bigint', of: ({ sourceId }) => sourceId }],
  [
    { name: 'name', type: 'text', of: ({ name }) => name },
    { name: 'price', type: 'numeric', of: () => 1 },
    { name: 'quantity', type: 'int', of: () => 1 },
    { name: 'status', type: 'painting_status', of: () => 'AVAILABLE' },
    { name: 'display_order', type: 'int', of: () => 0 },
  ],
);

/** Writes one record that was asked for at that time, as a refresh of a single record does. */
const refresh = (siteId: number, sourceId: number, name: string, observedAt: Date) =>
  transaction(gateway.database.pool, (client) =>
    upsert(client, { ...statement, name: undefined }, siteId, observedAt, [{ sourceId, name }]),
  );

const painting = (siteId: number, sourceId: number) =>
  gateway.database.prisma.painting.findUniqueOrThrow({
    where: { siteId_sourceId: { siteId, sourceId } },
  });

describe('order in time', () => {
  it('a record that is refreshed while its list is read stays as the refresh has it', async () => {
    let refreshed: Promise<unknown> | undefined;
    const { siteId, site } = await gateway.addDemoSite({
      onRequest: ({ path, at }) => {
        if (refreshed !== undefined || !path.endsWith('offset=9')) return;
        // The page has been asked for: what is asked for a moment later is newer.
        while (Date.now() < at.getTime() + 5);
        refreshed = refresh(siteId, idAt(12), 'Refreshed', new Date());
      },
    });
    const idAt = (place: number) =>
      Number(Reflect.get(Object(site.rows.page('paintings', place, 1)[0]), 'id'));

    const run = await gateway.sync(siteId, ['PAINTINGS']);
    await refreshed;

    expect(run.entities[0]).toMatchObject({ status: 'SUCCEEDED', received: 24 });
    expect(await painting(siteId, idAt(12))).toMatchObject({ name: 'Refreshed' });
  });

  it('an older record is not written, one of the same moment is: the later arrival', async () => {
    const { siteId } = await gateway.addDemoSite();
    const at = new Date(Date.now() - 60_000);
    await refresh(siteId, 900, 'First', at);

    expect(await refresh(siteId, 900, 'Older', new Date(at.getTime() - 1))).toMatchObject({ updated: 0 });
    expect(await painting(siteId, 900)).toMatchObject({ name: 'First' });
    expect(await refresh(siteId, 900, 'Second', at)).toMatchObject({ updated: 1 });
    expect(await painting(siteId, 900)).toMatchObject({ name: 'Second' });
  });

  it('what was asked for before a row was found gone does not bring it back', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    const before = new Date();
    site.rows.delete('paintings', 5);
    await gateway.sync(siteId);

    await refresh(siteId, 5, 'Ghost', before);

    expect((await painting(siteId, 5)).deletedAt).not.toBeNull();
  });

  it.each([-3_600_000, 3_600_000])(
    'goes by the clock of the database: a gateway %i ms off',
    async (offMs) => {
      const { siteId, site } = await gateway.addDemoSite();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
      await gateway.sync(siteId, ['PAINTINGS']);
      vi.useRealTimers();

      const { observedAt } = await painting(siteId, 5);
      expect(Math.abs(observedAt.getTime() - Date.now())).toBeLessThan(60_000);
      site.rows.update('paintings', 5, { name: 'Changed' });
      const run = await gateway.sync(siteId, ['PAINTINGS']);
      expect(run.entities[0]).toMatchObject({ updated: 1 });
    },
  );

  it('a time that is yet to come, from a clock that ran ahead, blocks nothing', async () => {
    const { siteId } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    await gateway.database.prisma.painting.updateMany({
      where: { siteId },
      data: { name: 'Wrong', observedAt: new Date(Date.now() + 86_400_000) },
    });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ updated: 24 });
  });

  it('nor does it keep what is gone', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    const ahead = { where: { siteId }, data: { observedAt: new Date(Date.now() + 86_400_000) } };
    await gateway.database.prisma.painting.updateMany(ahead);
    await gateway.database.prisma.siteSetting.updateMany(ahead);
    site.rows.delete('paintings', 5);
    site.settings.delete('stripe_price_id');

    const run = await gateway.sync(siteId, ['PAINTINGS', 'SETTINGS']);

    expect(run.entities).toMatchObject([{ tombstoned: 1 }, { tombstoned: 1 }]);
  });
});

describe('what is a change', () => {
  it('does not depend on the order of keys', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const lists = ['paintings', 'users', 'orders', 'exhibitions', 'customRequests'] as const;
    for (const entity of lists) site.rows.setRaw(entity, [...site.rows.all(entity)]);
    await gateway.sync(siteId);
    for (const entity of lists) {
      site.rows.setRaw(
        entity,
        [...site.rows.all(entity)].map((row) => reversed(row)),
      );
    }

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    for (const part of run.entities) expect(part).toMatchObject({ created: 0, updated: 0, tombstoned: 0 });
  });

  it('is nothing in 10,000 rows that stayed: no row is written, no change is published', async () => {
    await using wide = await createTestGateway();
    const counts = { paintings: 4_000, users: 3_000, orders: 3_000 };
    const { siteId } = await wide.addDemoSite({ counts });
    await wide.sync(siteId);
    const versions = async () => {
      const tables = MIRRORED.filter((table) => table !== 'site_stats'); // says when the site was asked
      const { rows } = await wide.database.pool.query(
        tables
          .map((table) => `SELECT '${table}' AS name, xmin::text, ctid::text FROM "${table}"`)
          .join(' UNION ALL '),
      );
      return rows;
    };
    const before = await versions();
    const changes = wide.deps.events.subscribe('mirrorChanged', '*');
    const published: unknown[] = [];
    const listening = (async () => {
      for await (const { data } of changes) published.push(data);
    })();

    const run = await wide.sync(siteId);

    expect(await versions()).toEqual(before);
    expect(run.entities.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBeGreaterThan(10_000);
    // One that is a change comes after all that would have been published before it.
    await wide.database.pool.query(
      `SELECT pg_notify('cimaise', '{"topic":"mirrorChanged","id":"*","data":"end"}')`,
    );
    await expect.poll(() => published).toEqual(['end']);
    await changes.return?.();
    await listening;
  });

  it('is told to every process, with its site and entity', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    const changes = gateway.deps.events.subscribe('mirrorChanged', '*');
    site.rows.update('users', 5, { name: 'Changed' });

    await gateway.sync(siteId);

    expect(await changes.next()).toMatchObject({ value: { data: { siteId, entity: 'USERS' } } });
    await changes.return?.();
  });
});

function reversed(value: unknown): JsonValue {
  if (value instanceof RawJson) return value;
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, inner]) => [key, reversed(inner)]),
    );
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
