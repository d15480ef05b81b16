import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import type { Entity } from '../../src/db/generated/prisma/enums.ts';
import { endOfDay } from '../../src/features/figures/calendar.ts';
import type { AnswerToKeep } from '../../src/graphql/context.ts';
import { updateSite } from '../../src/registry/update-site.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

beforeEach(async () => {
  await database.prisma.site.deleteMany();
});

const dayAt = (timeZone: string, moment: Date | number) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(moment);

/** The first minute of another day, found by trying one after the other. */
function nextMidnight(timeZone: string, moment: Date): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  let minute = Math.floor(moment.getTime() / 60_000) * 60_000;
  while (format.format(minute) <= format.format(moment)) minute += 60_000;
  return minute;
}

test.each([
  ['Europe/Paris', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'], // 23 hours
  ['Europe/Paris', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'], // 25 hours
  ['America/Havana', '2026-11-01T04:30:00.000Z', '2026-11-02T05:00:00.000Z'], // midnight twice
  ['America/Santiago', '2026-09-06T03:59:59.999Z', '2026-09-06T04:00:00.000Z'], // no midnight
  ['Pacific/Apia', '2011-12-30T09:59:00.000Z', '2011-12-30T10:00:00.000Z'], // no 30 December
  ['Asia/Kathmandu', '2026-05-01T18:14:59.999Z', '2026-05-01T18:15:00.000Z'],
  ['UTC', '2026-05-01T00:00:00.000Z', '2026-05-02T00:00:00.000Z'],
])('the day ends with the first moment of the next: in %s after %s', (timeZone, moment, end) => {
  expect(endOfDay(timeZone, new Date(moment)).toISOString()).toBe(end);
  expect(dayAt(timeZone, Date.parse(end) - 1)).toBe(dayAt(timeZone, Date.parse(moment)));
  expect(dayAt(timeZone, Date.parse(end))).not.toBe(dayAt(timeZone, Date.parse(moment)));
});

describe('an answer', () => {
  const keptUntil = async (query: string) => {
    const toKeep: AnswerToKeep = {};
    const headers = { 'Content-Type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify({ query }) };
    await api.yoga.fetch('http://localhost/graphql', request, { toKeep });
    expect(toKeep.text).toContain('"sales"');
    return toKeep.validUntil;
  };

  test('up to today is kept until the next day begins at one of its sites', async () => {
    const zones = ['Europe/Paris', 'Asia/Kathmandu', 'Pacific/Pago_Pago', 'Pacific/Kiritimati', 'UTC'];
    for (const timeZone of zones) await rows.site({ timeZone });
    const now = new Date();
    const midnights = zones.map((timeZone) => nextMidnight(timeZone, now));

    const all = '{ sales { currency } sites { nodes { sales { lastDay } } } }';
    expect(await keptUntil(all)).toBe(Math.min(...midnights));
    expect(await keptUntil('{ sales { lastDay } }')).toBe(Math.min(...midnights));
    const ofFirst = '{ sites(first: 1) { nodes { sales { lastDay } } } }';
    expect(await keptUntil(ofFirst)).toBe(midnights[0]);
  });

  test('of no site is kept until the next day of UTC', async () => {
    expect(await keptUntil('{ sales { lastDay } }')).toBe(nextMidnight('UTC', new Date()));
  });

  test('up to a day that is given is kept for as long as the data', async () => {
    await rows.site();
    expect(await keptUntil('{ sales(lastDay: "2026-05-01") { lastDay } }')).toBeUndefined();
  });
});

const BY_CUSTOMER = `{ sales(firstDay: "2026-02-01", lastDay: "2026-02-28") {
  byCustomer { kind customers orderCount orders { totalCount nodes { id } } }
} }`;

test('customers are told apart by their addresses, capitals and the space around them apart', async () => {
  const [siteId, elsewhere] = [await rows.site(), await rows.site()];
  const orders = [
    ['2026-01-10', 'ada@example.org'],
    ['2026-02-10', ' ADA@example.org'],
    ['2026-02-11', 'Ada@Example.org\n'],
    ['2026-02-12', 'bob@example.org'],
    ['2026-02-13', 'Bob@example.org '],
    ['2026-02-14', 'a da@example.org'],
    ['2026-02-15', '  '],
    ['2026-02-16', null],
  ] as const;
  for (const [index, [day, email]] of orders.entries()) {
    // oxlint-disable-next-line no-await-in-loop
    await rows.orders(siteId, 1, {
      sourceId: BigInt(index + 1),
      orderedAt: new Date(`${day}T12:00:00Z`),
      email,
    });
  }
  await rows.orders(elsewhere, 1, { orderedAt: new Date('2026-02-01T12:00:00Z'), email: 'ada@example.org' });

  const of = (customers: number, ...ids: string[]) => ({
    customers,
    orderCount: ids.length,
    orders: { totalCount: ids.length, nodes: ids.map((id) => ({ id: `Order:${id}` })) },
  });
  expect((await api.send(BY_CUSTOMER)).data).toEqual({
    sales: [
      {
        byCustomer: [
          { kind: 'NEW', ...of(3, `${siteId}:6`, `${siteId}:5`, `${siteId}:4`, `${elsewhere}:1`) },
          { kind: 'RETURNING', ...of(1, `${siteId}:3`, `${siteId}:2`) },
          { kind: 'UNKNOWN', ...of(0, `${siteId}:8`, `${siteId}:7`) },
        ],
      },
    ],
  });
});

describe('figures of a site', () => {
  const WHOLE_DAY = `{
    sales(firstDay: "2026-05-01", lastDay: "2026-05-01") {
      currency orderCount revenue { amount currency } byTime { orderCount } orders { totalCount }
    }
    stock { currency inStock { paintingCount value { amount currency } } }
  }`;
  const sales = (currency: string, orderCount: number, amount: string) => ({
    currency,
    orderCount,
    revenue: { amount, currency },
    byTime: [{ orderCount }],
    orders: { totalCount: orderCount },
  });
  const stock = (currency: string, paintingCount: number, amount: string) => ({
    currency,
    inStock: { paintingCount, value: { amount, currency } },
  });

  test('whose currency is changed are added to those of the other', async () => {
    const [first, second] = [await rows.site({ currency: 'EUR' }), await rows.site({ currency: 'USD' })];
    for (const siteId of [first, second]) {
      await rows.orders(siteId, 2, { orderedAt: new Date('2026-05-01T12:00:00Z') });
      await rows.paintings(siteId, 1);
    }
    expect((await api.send(WHOLE_DAY)).data).toEqual({
      sales: [sales('EUR', 2, '179.80'), sales('USD', 2, '179.80')],
      stock: [stock('EUR', 1, '1500.00'), stock('USD', 1, '1500.00')],
    });
    await updateSite(database, second, { currency: 'EUR' });
    expect((await api.send(WHOLE_DAY)).data).toEqual({
      sales: [sales('EUR', 4, '359.60')],
      stock: [stock('EUR', 2, '3000.00')],
    });
  });

  test('whose time zone is changed are of the days there', async () => {
    const siteId = await rows.site({ timeZone: 'UTC' });
    await rows.orders(siteId, 1, { orderedAt: new Date('2026-05-01T22:30:00Z') });
    expect((await api.send(WHOLE_DAY)).data).toMatchObject({ sales: [sales('EUR', 1, '89.90')] });
    await updateSite(database, siteId, { timeZone: 'Europe/Paris' });
    expect((await api.send(WHOLE_DAY)).data).toMatchObject({ sales: [sales('EUR', 0, '0.00')] });
  });

  test('leave out the orders that are gone from it, until they are there again', async () => {
    const siteId = await rows.site();
    await rows.orders(siteId, 2, { orderedAt: new Date('2026-05-01T12:00:00Z') });
    const key = { siteId_sourceId: { siteId, sourceId: 1n } };
    await database.prisma.order.update({ where: key, data: { deletedAt: new Date() } });
    expect((await api.send(WHOLE_DAY)).data).toMatchObject({ sales: [sales('EUR', 1, '89.90')] });
    await database.prisma.order.update({ where: key, data: { deletedAt: null } });
    expect((await api.send(WHOLE_DAY)).data).toMatchObject({ sales: [sales('EUR', 2, '179.80')] });
  });
});

test('sales by category are as fresh as the orders and the paintings', async () => {
  const asOf = { ORDERS: '2026-11-20T10:00:00.000Z', PAINTINGS: '2026-11-20T09:00:00.000Z' };
  const [first, second] = [await rows.site(), await rows.site()];
  const synced = (siteId: number, entity: Entity & keyof typeof asOf) =>
    database.prisma.siteFreshness.create({
      data: { siteId, entity, asOf: asOf[entity], outcome: 'PROVEN' },
    });
  await synced(first, 'ORDERS');
  await synced(first, 'PAINTINGS');
  await synced(second, 'ORDERS');
  for (const siteId of [first, second]) {
    await rows.orders(siteId, 1, { orderedAt: new Date('2026-05-01T12:00:00Z') });
    await rows.items(siteId, 1, [1]);
  }
  const FRESHNESS = '{ asOf neverSyncedCount neverSyncedSites { site { id } } }';
  const SALES = `sales(firstDay: "2026-05-01", lastDay: "2026-05-01") {
    freshness ${FRESHNESS}
    byCategory { freshness ${FRESHNESS} orders { totalCount freshness ${FRESHNESS} } }
  }`;
  const fresh = (time: string) => ({ asOf: time, neverSyncedCount: 0, neverSyncedSites: [] });
  const neverSynced = {
    asOf: null,
    neverSyncedCount: 1,
    neverSyncedSites: [{ site: { id: `Site:${second}` } }],
  };
  const answer = (orders: object, categories: object, totalCount: number) => ({
    freshness: orders,
    byCategory: [{ freshness: categories, orders: { totalCount, freshness: categories } }],
  });

  expect((await api.send(`{ ${SALES} sites { nodes { ${SALES} } } }`)).data).toEqual({
    sales: [answer(fresh(asOf.ORDERS), neverSynced, 2)],
    sites: {
      nodes: [
        { sales: answer(fresh(asOf.ORDERS), fresh(asOf.PAINTINGS), 1) },
        { sales: answer(fresh(asOf.ORDERS), neverSynced, 1) },
      ],
    },
  });
});
