import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Entity } from '../../src/db/generated/prisma/enums.ts';
import type { Row } from '../../src/demo-site/rows/json.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import type { Tally } from '../../src/sync/sync-event.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf, mirrorOf, storedProgress } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const painting: Row = {
  id: 7,
  name: 'Le port, « matin »',
  price: 1234.56,
  category: 'Huile',
  technique: '',
  year: 'vers 2019',
  quantity: 2,
  status: 'réservé',
  image: 'Images/port.webp',
  display_order: 3,
  site_name: 'Galerie',
};
const paintingOfV1: Row = {
  ...painting,
  description: 'Une\nmarine',
  description_long: null,
  dimensions: '50 x 70 cm',
  weight: '2 kg',
  framed: 1,
  certificate: 0,
  unique_piece: null,
  image_2: 'Images/port-2.webp',
  image_3: '',
  image_4: null,
  create_date: '2026-11-20 23:54:32',
};
const user: Row = {
  id: 3,
  name: 'Zoé',
  email: 'zoe@example.com',
  role: 'admin',
  create_date: '2026-01-02 03:04:05.678901+02',
};
const order: Row = {
  id: 12,
  customer_name: 'Zoé',
  email: 'zoe@example.com',
  total_price: 2469.12,
  order_date: '2026-11-20 23:54:32.059568+00',
  status: 'Livrée',
  items: [
    { painting_id: 7, name: 'Le port', image: 'Images/port.webp', price: 1234.56, quantity: 2 },
    { painting_id: 8, name: null, image: null, price: 0, quantity: 1 },
  ],
};
const exhibition: Row = {
  id: 4,
  title: 'Été',
  location: 'Nantes',
  date: '2026-07-14',
  start_time: '10:00',
  end_time: null,
  description: '',
};
const request: Row = {
  id: 9,
  client_name: 'Ana',
  description: 'Un portrait',
  status: 'En attente',
  created_at: '2026-11-20 23:54:32',
};

const nothingMore = (...names: string[]) => Object.fromEntries(names.map((name) => [name, null]));
const kept = (siteId: number) => ({
  site_id: siteId,
  first_seen_at: expect.any(String),
  observed_at: expect.any(String),
  deleted_at: null,
});

describe('what a run mirrors', () => {
  it('is each record of a v2 site, field by field', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v2' });
    site.rows.setRaw('paintings', [painting]);
    site.rows.setRaw('users', [user]);
    site.rows.setRaw('orders', [order]);
    site.rows.setRaw('exhibitions', [exhibition]);
    site.rows.setRaw('customRequests', [request]);

    expect(await gateway.sync(siteId)).toMatchObject({
      status: 'SUCCEEDED',
      errorCode: null,
      errorMessage: null,
    });

    const mirror = await mirrorOf(gateway.database, siteId);
    expect(mirror.painting).toEqual({
      '7': {
        ...kept(siteId),
        source_id: 7,
        name: 'Le port, « matin »',
        price: 1234.56,
        category: 'Huile',
        technique: null,
        year: 2019,
        year_source: 'vers 2019',
        quantity: 2,
        status: 'RESERVED',
        status_source: 'réservé',
        image: 'Images/port.webp',
        display_order: 3,
        ...nothingMore(
          'image_2',
          'image_3',
          'image_4',
          'description',
          'description_long',
          'dimensions',
          'weight',
        ),
        ...nothingMore('framed', 'certificate', 'unique_piece', 'created_at'),
      },
    });
    expect(mirror.user).toEqual({
      '3': {
        ...kept(siteId),
        source_id: 3,
        name: 'Zoé',
        email: 'zoe@example.com',
        role: 'ADMIN',
        role_source: 'admin',
        created_at: '2026-01-02T01:04:05.678901+00:00',
        ...nothingMore(
          'phone',
          'address',
          'city',
          'postal_code',
          'country',
          'birth_date',
          'accepts_marketing',
        ),
      },
    });
    expect(mirror.order).toEqual({
      '12': {
        ...kept(siteId),
        source_id: 12,
        customer_name: 'Zoé',
        email: 'zoe@example.com',
        address: null,
        user_source_id: null,
        total_price: 2469.12,
        status: 'DELIVERED',
        status_source: 'Livrée',
        ordered_at: '2026-11-20T23:54:32.059568+00:00',
        items_digest: expect.any(String),
      },
    });
    const place = { site_id: siteId, order_source_id: 12, source_id: null };
    expect(mirror.order_item).toEqual({
      '12.0': {
        ...place,
        position: 0,
        painting_source_id: 7,
        name: 'Le port',
        image: 'Images/port.webp',
        price: 1234.56,
        quantity: 2,
      },
      '12.1': {
        ...place,
        position: 1,
        painting_source_id: 8,
        name: null,
        image: null,
        price: 0,
        quantity: 1,
      },
    });
    expect(mirror.exhibition).toEqual({
      '4': {
        ...kept(siteId),
        source_id: 4,
        title: 'Été',
        location: 'Nantes',
        date: '2026-07-14',
        date_source: '2026-07-14',
        start_time: '10:00',
        end_time: null,
        description: null,
        ...nothingMore('image', 'organizer', 'entry_price', 'contact_info', 'venue_details', 'created_at'),
      },
    });
    expect(mirror.custom_request).toEqual({
      '9': {
        ...kept(siteId),
        source_id: 9,
        client_name: 'Ana',
        description: 'Un portrait',
        status: 'PENDING',
        status_source: 'En attente',
        created_at: '2026-11-20T23:54:32+00:00',
        ...nothingMore('client_email', 'client_phone', 'project_type', 'budget', 'dimensions', 'deadline'),
        ...nothingMore('reference_images', 'admin_notes'),
      },
    });
    expect(mirror.site_stats).toMatchObject({
      [siteId]: {
        paintings: 1,
        users: 1,
        orders: 1,
        exhibitions: 1,
        custom_requests: 1,
        delivered_orders: 1,
      },
    });
  });

  it('is what only a v1 site tells, too', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v1' });
    site.rows.setRaw('paintings', [paintingOfV1]);
    site.rows.setRaw('orders', [
      {
        ...order,
        address: '1 rue du Port',
        user_id: 3,
        items: [{ id: 31, painting_id: 7, price: 1, quantity: 1 }],
      },
    ]);

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });

    const mirror = await mirrorOf(gateway.database, siteId);
    expect(mirror.painting['7']).toMatchObject({
      description: 'Une\nmarine',
      dimensions: '50 x 70 cm',
      weight: '2 kg',
      framed: true,
      certificate: false,
      unique_piece: null,
      image_2: 'Images/port-2.webp',
      image_3: null,
      created_at: '2026-11-20T23:54:32+00:00',
    });
    expect(mirror.order['12']).toMatchObject({ address: '1 rue du Port', user_source_id: 3 });
    expect(mirror.order_item['12.0']).toMatchObject({ source_id: 31, painting_source_id: 7, name: null });
    expect(mirror.site_stats[siteId]).toMatchObject({ paintings: 1, users: null, orders: 1 });
  });

  it.each(['v1', 'v2'] as const)(
    'is every row of every list of a %s site, and which kind of site it is',
    async (generation) => {
      const { siteId, site } = await gateway.addDemoSite({ generation });

      const run = await gateway.sync(siteId);

      const received = { PAINTINGS: 24, USERS: 12, ORDERS: 10, EXHIBITIONS: 4, CUSTOM_REQUESTS: 3 };
      for (const [entity, rows] of Object.entries(received)) {
        expect(run.entities.find((part) => part.entity === entity)).toMatchObject({
          status: 'SUCCEEDED',
          expected: entity === 'USERS' && generation === 'v1' ? null : rows,
          received: rows,
          created: rows,
          updated: 0,
          unchanged: 0,
          rejected: 0,
          duplicates: 0,
        });
      }
      const { prisma } = gateway.database;
      expect(await prisma.painting.count({ where: { siteId } })).toBe(site.rows.count('paintings'));
      expect(await prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({
        status: 'HEALTHY',
        generation: generation.toUpperCase(),
        syncedAt: expect.any(Date),
      });
      const log = await logOf(gateway.database, run.runId);
      expect(log.filter(({ level }) => level === 'INFO').map(({ message }) => message)).toEqual([
        'A sync of SETTINGS, STATS, PAINTINGS, USERS, ORDERS, EXHIBITIONS, CUSTOM_REQUESTS was asked for.',
        'The run began.',
        'The run ended: SUCCEEDED',
      ]);
    },
  );
});

describe('a second run', () => {
  /** Which version of each row is stored: another one after any write, however small. */
  const versions = async (table: string, siteId: number) => {
    const { rows } = await gateway.database.pool.query(
      `SELECT ctid::text, xmin::text FROM "${table}" WHERE site_id = $1 ORDER BY ctid`,
      [siteId],
    );
    return rows;
  };
  const TABLES = [
    'painting',
    'user',
    'order',
    'order_item',
    'exhibition',
    'custom_request',
    'site_setting',
    'sync_issue',
  ];

  it.each(['v1', 'v2'] as const)('writes nothing where a %s site has not changed', async (generation) => {
    const { siteId } = await gateway.addDemoSite({ generation, counts: { paintings: 60, users: 40 } });
    const first = await gateway.sync(siteId);
    expect(first.entities.reduce((sum, { normalised }) => sum + normalised, 0)).toBeGreaterThan(0);
    const before = await Promise.all(TABLES.map((table) => versions(table, siteId)));
    expect(before.every((rows) => rows.length > 0)).toBe(true);

    const second = await gateway.sync(siteId);

    expect(await Promise.all(TABLES.map((table) => versions(table, siteId)))).toEqual(before);
    expect(
      second.entities.map(({ entity, created, updated, unchanged }) => [entity, created, updated, unchanged]),
    ).toEqual(first.entities.map(({ entity, received }) => [entity, 0, 0, received]));
    expect(second.entities.map(({ normalised }) => normalised)).toEqual(
      first.entities.map(({ normalised }) => normalised),
    );
  });

  it('writes the rows that changed, and counts them', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    const before = await mirrorOf(gateway.database, siteId);
    site.rows.update('paintings', 5, { price: 77.7 });
    site.rows.update('paintings', 6, { status: 'Vendu', name: 'Autre' });
    site.rows.insert('paintings', { name: 'Nouveau' });
    site.rows.update('users', 2, { role: 'admin' });
    site.settings.set('enable_custom_orders', '1');

    const run = await gateway.sync(siteId);

    const part = (entity: Entity) => run.entities.find((one) => one.entity === entity);
    expect(part('PAINTINGS')).toMatchObject({ received: 25, created: 1, updated: 2, unchanged: 22 });
    expect(part('USERS')).toMatchObject({ received: 12, created: 0, updated: 1, unchanged: 11 });
    expect(part('SETTINGS')).toMatchObject({ created: 0, updated: 1 });
    expect(part('STATS')).toMatchObject({ created: 0, updated: 1, unchanged: 0 });
    const after = await mirrorOf(gateway.database, siteId);
    expect(after.painting['5']).toMatchObject({
      price: 77.7,
      first_seen_at: before.painting['5']?.['first_seen_at'],
    });
    expect(after.painting['25']).toMatchObject({ name: 'Nouveau' });
    expect(after.user['2']).toMatchObject({ role: 'ADMIN' });
    expect(after.site_setting['enable_custom_orders']).toMatchObject({ value: '1' });
    const untouched = Object.entries(before.painting).filter(([id]) => id !== '5' && id !== '6');
    expect(after.painting).toMatchObject(Object.fromEntries(untouched));
  });

  it('replaces the items of an order when they change, and only then', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const item = (painting_id: number, quantity = 1) => ({
      painting_id,
      name: 'n',
      image: null,
      price: 5,
      quantity,
    });
    const placed = (id: number, items: Row[]) => ({ ...order, id, items });
    site.rows.setRaw('orders', [placed(1, [item(1), item(2), item(3)]), placed(2, [item(4)]), placed(3, [])]);
    await gateway.sync(siteId, ['ORDERS']);
    const untouched = await gateway.database.pool.query(
      'SELECT ctid::text, xmin::text FROM order_item WHERE site_id = $1 AND order_source_id = 2',
      [siteId],
    );
    site.rows.setRaw('orders', [
      placed(1, [item(3), item(1, 2)]),
      placed(2, [item(4)]),
      placed(3, [item(9)]),
    ]);

    const run = await gateway.sync(siteId, ['ORDERS']);

    expect(run.entities[0]).toMatchObject({ updated: 2, unchanged: 1 });
    const items = await gateway.database.prisma.orderItem.findMany({
      where: { siteId },
      orderBy: [{ orderSourceId: 'asc' }, { position: 'asc' }],
    });
    expect(items.map((one) => [one.orderSourceId, one.position, one.paintingSourceId, one.quantity])).toEqual(
      [
        [1n, 0, 3n, 1],
        [1n, 1, 1n, 2],
        [2n, 0, 4n, 1],
        [3n, 0, 9n, 1],
      ],
    );
    const { rows } = await gateway.database.pool.query(
      'SELECT ctid::text, xmin::text FROM order_item WHERE site_id = $1 AND order_source_id = 2',
      [siteId],
    );
    expect(rows).toEqual(untouched.rows);
  });
});

describe('a run of one entity', () => {
  it('reads that list alone, and says nothing about the site as a whole', async () => {
    const { siteId, site } = await gateway.addDemoSite();

    const run = await gateway.sync(siteId, ['USERS']);

    expect(run).toMatchObject({ status: 'SUCCEEDED', entities: [{ entity: 'USERS', status: 'SUCCEEDED' }] });
    expect(new Set(site.requests.map(({ path }) => path.split('?')[0]))).toEqual(
      new Set(['/api/export/users']),
    );
    expect(await gateway.database.prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({
      status: 'NEW',
      syncedAt: null,
      generation: 'V2',
    });
  });

  it('that fails leaves a healthy site healthy', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.faults.set('users', { kind: 'server-error' });

    expect(await gateway.sync(siteId, ['USERS'])).toMatchObject({
      status: 'FAILED',
      errorCode: 'SERVER_ERROR',
    });

    expect(await gateway.database.prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({
      status: 'HEALTHY',
    });
  });
});

describe('a run that was left running by a killed worker', () => {
  it('is taken up again: what had succeeded stays, the rest is done', async () => {
    await using idle = await createTestGateway({ concurrency: 0 });
    const { siteId, site } = await idle.addDemoSite();
    const { runId } = await idle.request(siteId);
    const { prisma } = idle.database;
    await prisma.syncRun.update({
      where: { id: runId },
      data: { status: 'RUNNING', startedAt: new Date(0) },
    });
    const done = { status: 'SUCCEEDED', received: 24, created: 24, endedAt: new Date(0) } as const;
    await prisma.syncEntityRun.update({
      where: { runId_entity: { runId, entity: 'PAINTINGS' } },
      data: done,
    });
    await prisma.syncEntityRun.update({
      where: { runId_entity: { runId, entity: 'USERS' } },
      data: { status: 'RUNNING' }, // killed before its first page was committed
    });

    await runSync(idle.deps, runId, new AbortController().signal);

    const run = await prisma.syncRun.findUniqueOrThrow({
      where: { id: runId },
      include: { entityRuns: true },
    });
    expect(run).toMatchObject({ status: 'SUCCEEDED', startedAt: new Date(0), endedAt: expect.any(Date) });
    expect(run.entityRuns.find(({ entity }) => entity === 'PAINTINGS')).toMatchObject(done);
    expect(run.entityRuns.find(({ entity }) => entity === 'USERS')).toMatchObject({
      received: 12,
      created: 12,
    });
    expect(site.requests.filter(({ path }) => path.startsWith('/api/export/paintings'))).toEqual([]);
  });

  it('counts nothing twice that was committed before the kill', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId, entities } = await gateway.sync(siteId, ['STATS', 'SETTINGS']);
    const { pool } = gateway.database;
    await pool.query(`UPDATE sync_run SET status = 'RUNNING', ended_at = NULL WHERE id = $1`, [runId]);
    await pool.query(`UPDATE sync_entity_run SET status = 'RUNNING', ended_at = NULL WHERE run_id = $1`, [
      runId,
    ]);

    await runSync(gateway.deps, runId, new AbortController().signal);

    const counts = ({ received, created, updated, unchanged }: Tally) => [
      received,
      created,
      updated,
      unchanged,
    ];
    const resumed = await storedProgress(gateway.database, runId);
    expect(resumed.status).toBe('SUCCEEDED');
    expect(resumed.entities.map(counts)).toEqual(entities.map(counts));
  });

  it('is left open, and begun again, by a worker that is told to stop', async () => {
    await using idle = await createTestGateway({ concurrency: 0 });
    const { siteId, site } = await idle.addDemoSite();
    site.faults.set('orders', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await idle.request(siteId);
    const stop = new AbortController();
    const work = runSync(idle.deps, runId, stop.signal);
    for await (const { entities } of idle.follow(runId)) {
      if (entities.some(({ entity, status }) => entity === 'ORDERS' && status === 'RUNNING')) break;
    }

    stop.abort(new Error('the process ends'));

    await expect(work).rejects.toThrow('the process ends');
    const { prisma } = idle.database;
    expect(await prisma.syncRun.findUnique({ where: { id: runId } })).toMatchObject({
      status: 'RUNNING',
      endedAt: null,
    });
    site.faults.clear();
    await runSync(idle.deps, runId, new AbortController().signal);
    expect(await prisma.syncRun.findUnique({ where: { id: runId } })).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('is not begun again once it has ended, nor when it is no more', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const { runId } = await gateway.sync(siteId);
    site.forgetRequests();

    await runSync(gateway.deps, runId, new AbortController().signal);
    await runSync(gateway.deps, randomUUID(), new AbortController().signal);

    expect(site.requests).toEqual([]);
  });
});

describe('a run whose site key does not open', () => {
  it('fails with what to do, asks the site nothing, and leaves no entity waiting', async () => {
    await using other = await createTestGateway();
    const { siteId, site } = await other.addDemoSite();
    other.deps.secretKey = Buffer.alloc(32, 8);

    const run = await other.sync(siteId);

    expect(run).toMatchObject({ status: 'FAILED', errorCode: 'UNSEAL_FAILED' });
    expect(run.errorMessage).toContain('start Cimaise with the key it was sealed with');
    expect(run.entities.map(({ status }) => status)).toEqual(Object.values(Entity).map(() => 'CANCELLED'));
    expect(site.requests).toEqual([]);
  });
});
