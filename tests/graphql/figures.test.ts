import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { openDatabase } from '../../src/db/client.ts';
import { graphql } from '../gql/gql.ts';
import type { OrdersOfSalesFragment, SalesFiguresFragment } from '../gql/graphql.ts';
import { createTestDatabase } from '../support/database.ts';
import { seededRandom } from '../template/support/random.ts';
import { createApi, readingOnly } from './support/api.ts';
import { generateSales, storeSales } from './support/generate-sales.ts';
import {
  type Days,
  type Model,
  type ModelSite,
  type Unit,
  daysBefore,
  naiveSales,
  textOf,
  unitsOf,
} from './support/naive-sales.ts';
import { rowsOf } from './support/rows.ts';
import { statementsOf } from './support/statements.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

beforeEach(async () => {
  await database.prisma.site.deleteMany();
});

const Figures = graphql(`
  query Figures($firstDay: Date, $lastDay: Date, $unit: TimeUnit!) {
    sales(firstDay: $firstDay, lastDay: $lastDay) {
      ...SalesFigures
      previous {
        ...SalesFigures
      }
    }
    sites(first: 5) {
      nodes {
        sales(firstDay: $firstDay, lastDay: $lastDay) {
          ...SalesFigures
          previous {
            ...SalesFigures
          }
        }
      }
    }
  }
  fragment SalesFigures on Sales {
    firstDay
    lastDay
    currency
    ...SumsOfGroup
    byTime(unit: $unit) {
      firstDay
      lastDay
      ...SumsOfGroup
    }
    byStatus {
      status
      countsAsRevenue
      orderCount
      amount {
        amount
        currency
      }
      unpriced
    }
    byCustomer {
      kind
      customers
      ...SumsOfGroup
    }
    byPainting(first: 50) {
      paintingId
      ...SumsOfLines
    }
    byCategory(first: 20) {
      category
      ...SumsOfLines
    }
  }
  fragment SumsOfGroup on SalesGroup {
    orderCount
    revenue {
      amount
      currency
    }
    averageBasket {
      amount
      currency
    }
    unpriced
  }
  fragment SumsOfLines on LineFigures {
    quantity
    amount {
      amount
      currency
    }
  }
`);

type Naive = ReturnType<typeof naiveSales>;
type NaiveSums = Pick<Naive, 'orderCount' | 'amount' | 'averageBasket' | 'unpriced'>;

/** What the API should answer for what was counted one by one. */
function answerOf(naive: Naive, currency: string): SalesFiguresFragment {
  const money = (amount: string) => ({ amount, currency });
  const sums = ({ orderCount, amount, averageBasket, unpriced }: NaiveSums) => ({
    orderCount,
    revenue: money(amount),
    averageBasket: averageBasket === null ? null : money(averageBasket),
    unpriced,
  });
  return {
    firstDay: naive.firstDay,
    lastDay: naive.lastDay,
    currency,
    ...sums(naive),
    byTime: naive.byTime.map(({ firstDay, lastDay, ...group }) => ({ firstDay, lastDay, ...sums(group) })),
    byStatus: naive.byStatus.map(({ status, countsAsRevenue, orderCount, amount, unpriced }) => {
      return { status, countsAsRevenue, orderCount, amount: money(amount), unpriced };
    }),
    byCustomer: naive.byCustomer.map(({ kind, customers, ...group }) => ({
      kind,
      customers,
      ...sums(group),
    })),
    byPainting: naive.byPainting.map(({ ids: _ids, amount, ...line }) => ({
      ...line,
      amount: money(amount),
    })),
    byCategory: naive.byCategory.map(({ ids: _ids, amount, ...line }) => ({
      ...line,
      amount: money(amount),
    })),
  };
}

const answerWithPrevious = (model: Model, sites: readonly ModelSite[], days: Days, unit: Unit) => {
  const currency = sites[0]?.currency ?? '';
  return {
    ...answerOf(naiveSales(model, sites, days, unit), currency),
    previous: answerOf(naiveSales(model, sites, daysBefore(days), unit), currency),
  };
};

// In Havana midnight comes twice on 1 November, in Santiago there is none on 6 September.
const places = [
  { timeZone: 'Europe/Paris', currency: 'EUR' },
  { timeZone: 'America/New_York', currency: 'USD' },
  { timeZone: 'America/Havana', currency: 'USD' },
  { timeZone: 'Pacific/Auckland', currency: 'EUR' },
  { timeZone: 'America/Santiago', currency: 'CLP' },
];

async function someSites(): Promise<ModelSite[]> {
  const sites: ModelSite[] = [];
  // oxlint-disable-next-line no-await-in-loop -- their ids are in this order
  for (const place of places) sites.push({ id: await rows.site(place), ...place });
  return sites;
}

describe('sales', () => {
  test.each([
    ['when Paris loses an hour', '2026-03-20T00:00:00Z', '2026-03-28', '2026-03-30', 'DAY'],
    ['when Paris and Havana gain one', '2026-10-20T00:00:00Z', '2026-10-25', '2026-11-02', 'DAY'],
    ['when Santiago has no midnight', '2026-08-30T00:00:00Z', '2026-09-05', '2026-09-07', 'DAY'],
    ['in weeks that begin and end outside', '2026-02-20T00:00:00Z', '2026-03-04', '2026-03-24', 'WEEK'],
    ['in months, over the end of a year', '2026-12-10T00:00:00Z', '2026-12-29', '2027-01-02', 'MONTH'],
    ['in weeks, over the end of a year', '2026-12-20T00:00:00Z', '2026-12-30', '2027-01-05', 'WEEK'],
    ['on one day', '2026-03-20T00:00:00Z', '2026-03-29', '2026-03-29', 'DAY'],
    ['on days without any order', '2026-03-20T00:00:00Z', '2020-02-20', '2020-03-05', 'DAY'],
  ] as const)('%s are what counting one by one gives', async (_what, from, firstDay, lastDay, unit) => {
    const sites = await someSites();
    const model = generateSales(sites, { seed: 20_261_121, ordersPerSite: 150, from, days: 20 });
    await storeSales(database, model);

    const answer = await api.read(Figures, { firstDay, lastDay, unit });

    const days = { firstDay, lastDay };
    expect(answer.sites.nodes.map(({ sales }) => sales)).toEqual(
      sites.map((site) => answerWithPrevious(model, [site], days, unit)),
    );
    expect(answer.sales).toEqual(
      ['CLP', 'EUR', 'USD'].map((currency) =>
        answerWithPrevious(
          model,
          sites.filter((site) => site.currency === currency),
          days,
          unit,
        ),
      ),
    );
  });

  test('are the same whatever clock the database goes by', async () => {
    const sites = await someSites();
    const from = '2026-10-20T00:00:00Z';
    const model = generateSales(sites, { seed: 7, ordersPerSite: 100, from, days: 20 });
    await storeSales(database, model);
    const options = '?options=-c%20timezone%3DAmerica/Santiago%20-c%20datestyle%3DGerman';
    await using elsewhere = openDatabase(`${database.url}${options}`, {
      applicationName: 'test',
      connections: 1,
      onError: () => undefined,
    });
    const days = { firstDay: '2026-10-25', lastDay: '2026-11-02' };
    const answer = await createApi(readingOnly(elsewhere)).read(Figures, { ...days, unit: 'DAY' });
    expect(answer.sites.nodes.map(({ sales }) => sales)).toEqual(
      sites.map((site) => answerWithPrevious(model, [site], days, 'DAY')),
    );
  });

  test('of a day with two midnights begin with the first', async () => {
    const siteId = await rows.site({ timeZone: 'America/Havana' });
    for (const [index, orderedAt] of ['03:59:59.999Z', '04:00:00.000Z', '05:00:00.000Z'].entries()) {
      const values = { sourceId: BigInt(index + 1), orderedAt: new Date(`2026-11-01T${orderedAt}`) };
      // oxlint-disable-next-line no-await-in-loop
      await rows.orders(siteId, 1, values);
    }
    const days = '(firstDay: "2026-11-01", lastDay: "2026-11-01")';
    const query = `{ sales${days} { orderCount orders { totalCount } previous { orderCount } } }`;
    expect((await api.send(query)).data).toEqual({
      sales: [{ orderCount: 2, orders: { totalCount: 2 }, previous: { orderCount: 1 } }],
    });
  });

  test('of amounts that no float holds are exact, and an average of half a cent goes up', async () => {
    const siteId = await rows.site();
    const prices = ['99999999999999.9999', '99999999999999.9999', '0.0001', '0.0351'];
    const data = prices.map((totalPrice, index) => ({
      siteId,
      sourceId: BigInt(index + 1),
      customerName: 'A customer',
      totalPrice,
      status: 'DELIVERED' as const,
      itemsDigest: '',
      orderedAt: new Date(`2026-05-0${index < 2 ? 1 : index}T10:00:00Z`),
      observedAt: new Date(),
    }));
    await database.prisma.order.createMany({ data });
    const answer = await api.read(Figures, { firstDay: '2026-05-01', lastDay: '2026-05-04', unit: 'DAY' });
    expect(answer.sales[0]?.revenue.amount).toBe('200000000000000.035');
    // (0.0001 + 0.0351) / 2 is 0.0176, and 200000000000000.035 / 4 is 50000000000000.00875.
    expect(answer.sales[0]?.averageBasket?.amount).toBe('50000000000000.01');
    await database.prisma.order.deleteMany({ where: { sourceId: { lte: 2n } } });
    await database.prisma.order.update({
      where: { siteId_sourceId: { siteId, sourceId: 3n } },
      data: { totalPrice: '0.0149' },
    });
    const half = await api.read(Figures, { firstDay: '2026-05-01', lastDay: '2026-05-04', unit: 'DAY' });
    expect(half.sales[0]?.averageBasket?.amount).toBe('0.03'); // 0.025
  });

  test('are of the sites that are asked for, and of no site that was removed', async () => {
    const sites = await someSites();
    const model = generateSales(sites, { seed: 3, ordersPerSite: 40, from: '2026-05-01', days: 10 });
    await storeSales(database, model);
    const [paris, newYork, , auckland] = sites;
    if (paris === undefined || newYork === undefined || auckland === undefined) throw new Error('no sites');
    const days = { firstDay: '2026-05-01', lastDay: '2026-05-31' };
    const ask = (...asked: ModelSite[]) =>
      api.read(SalesOf, { ...days, siteIds: asked.map(({ id }) => `Site:${id}`) });
    const naive = (currency: string, ...asked: ModelSite[]) => {
      const { orderCount, amount } = naiveSales(model, asked, days, 'DAY');
      return { currency, orderCount, revenue: { amount } };
    };

    expect(await ask(paris, auckland, paris)).toEqual({ sales: [naive('EUR', paris, auckland)] });
    expect(await ask(paris, newYork)).toEqual({ sales: [naive('EUR', paris), naive('USD', newYork)] });
    expect(await ask()).toEqual({ sales: [] });

    await database.prisma.site.delete({ where: { id: auckland.id } });
    const all = await api.read(SalesOf, { ...days, siteIds: null });
    expect(all.sales.find(({ currency }) => currency === 'EUR')).toEqual(naive('EUR', paris));
    const { errors } = await api.ask(SalesOf, { ...days, siteIds: [`Site:${auckland.id}`] });
    expect(errors).toMatchObject([
      {
        message: `There is no site "Site:${auckland.id}"; leave it out.`,
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });
});

const SalesOf = graphql(`
  query SalesOf($siteIds: [ID!], $firstDay: Date, $lastDay: Date) {
    sales(siteIds: $siteIds, firstDay: $firstDay, lastDay: $lastDay) {
      currency
      orderCount
      revenue {
        amount
      }
    }
  }
`);

const OrdersBehind = graphql(`
  query OrdersBehind($firstDay: Date, $lastDay: Date, $currency: Boolean!) {
    sales(firstDay: $firstDay, lastDay: $lastDay) @include(if: $currency) {
      ...OrdersOfSales
    }
    sites(first: 5) @skip(if: $currency) {
      nodes {
        sales(firstDay: $firstDay, lastDay: $lastDay) {
          ...OrdersOfSales
        }
      }
    }
  }
  fragment OrdersOfSales on Sales {
    ...OrdersOfGroup
    byTime(unit: WEEK) {
      ...OrdersOfGroup
    }
    byStatus {
      orders(first: 30) {
        ...OrderIds
      }
    }
    byCustomer {
      ...OrdersOfGroup
    }
    byPainting {
      orders(first: 30) {
        ...OrderIds
      }
    }
    byCategory {
      orders(first: 30) {
        ...OrderIds
      }
    }
  }
  fragment OrdersOfGroup on SalesGroup {
    orders(first: 30) {
      ...OrderIds
    }
  }
  fragment OrderIds on OrderConnection {
    totalCount
    nodes {
      id
    }
  }
`);

test.each([
  ['when Paris and Havana gain an hour', '2026-10-24T00:00:00Z', '2026-10-25', '2026-11-02'],
  ['when Santiago has no midnight', '2026-09-02T00:00:00Z', '2026-09-05', '2026-09-08'],
])('the orders behind every figure are listed %s', async (_what, from, firstDay, lastDay) => {
  const sites = await someSites();
  const model = generateSales(sites, { seed: 11, ordersPerSite: 25, from, days: 12 });
  await storeSales(database, model);
  const days = { firstDay, lastDay };
  const idsOf = (groups: { ids: string[] }[]) => groups.map(({ ids }) => ids);
  const expected = (of: readonly ModelSite[]) => {
    const naive = naiveSales(model, of, days, 'WEEK');
    const { byTime, byStatus, byCustomer, byPainting, byCategory } = naive;
    const groups = [byTime, byStatus, byCustomer, byPainting.slice(0, 10), byCategory];
    return [naive.ids, ...groups.map(idsOf)];
  };
  const listed = ({
    byTime,
    byStatus,
    byCustomer,
    byPainting,
    byCategory,
    orders,
  }: OrdersOfSalesFragment) => [
    listedIds(orders),
    ...[byTime, byStatus, byCustomer, byPainting, byCategory].map((groups) =>
      groups.map((group) => listedIds(group.orders)),
    ),
  ];

  const ofSites = await api.read(OrdersBehind, { ...days, currency: false });
  expect(ofSites.sites?.nodes.map(({ sales }) => listed(sales))).toEqual(
    sites.map((site) => expected([site])),
  );
  const ofCurrencies = await api.read(OrdersBehind, { ...days, currency: true });
  expect(ofCurrencies.sales?.map(listed)).toEqual(
    ['CLP', 'EUR', 'USD'].map((currency) => expected(sites.filter((site) => site.currency === currency))),
  );
});

function listedIds({ totalCount, nodes }: OrdersOfSalesFragment['orders']): string[] {
  expect(nodes).toHaveLength(totalCount);
  return nodes.map(({ id }) => id).toSorted();
}

const SalesOfLastDays = graphql(`
  query SalesOfLastDays($lastDay: Date) {
    sales(lastDay: $lastDay) {
      firstDay
      lastDay
      previous {
        firstDay
        lastDay
      }
    }
    sites {
      nodes {
        sales(lastDay: $lastDay) {
          firstDay
          lastDay
        }
      }
    }
  }
`);

describe('the period of sales', () => {
  test('is 30 days up to today by the clock of each site, and of the latest for all', async () => {
    const zones = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']; // 25 hours apart: never on the same day
    for (const timeZone of zones) await rows.site({ timeZone });
    const answer = await api.read(SalesOfLastDays, { lastDay: null });
    const [kiritimati, pagoPago] = zones.map((timeZone) =>
      new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(),
    );
    expect(answer.sites.nodes.map(({ sales }) => sales.lastDay)).toEqual([kiritimati, pagoPago]);
    expect(answer.sales[0]?.lastDay).toBe(kiritimati);
  });

  test('goes back from the day that is given, and the previous one from there', async () => {
    await rows.site();
    const { sales } = await api.read(SalesOfLastDays, { lastDay: '2024-03-30' });
    expect(sales).toEqual([
      {
        firstDay: '2024-03-01',
        lastDay: '2024-03-30',
        previous: { firstDay: '2024-01-31', lastDay: '2024-02-29' },
      },
    ]);
  });

  test.each([
    [
      { firstDay: '2026-05-06', lastDay: '2026-05-05' },
      'Expected `firstDay` not after `lastDay`, got 2026-05-06 and 2026-05-05; swap them.',
    ],
    [
      { firstDay: '2025-01-01', lastDay: '2026-01-02' },
      'Expected at most 366 days, got 367; ask for them in parts.',
    ],
    [{ firstDay: '1899-12-31', lastDay: '1900-01-02' }, 'Expected days from 1900 to 2200, got 1899-12-31.'],
  ])('that cannot be says so: %j', async (days, message) => {
    await rows.site();
    for (const query of [
      'query ($firstDay: Date, $lastDay: Date) { sales(firstDay: $firstDay, lastDay: $lastDay) { orderCount } }',
      'query ($firstDay: Date, $lastDay: Date) { sites { nodes { sales(firstDay: $firstDay, lastDay: $lastDay) { orderCount } } } }',
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      const { errors } = await api.send(query, days);
      expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});

const WhatIsMissing = graphql(`
  query WhatIsMissing {
    sales(firstDay: "2026-01-01", lastDay: "2026-01-01") {
      orderCount
      unpriced
      rejectedOrders
    }
    stock {
      rejectedPaintings
    }
    sites {
      nodes {
        sales(firstDay: "2026-01-01", lastDay: "2026-01-01") {
          rejectedOrders
        }
        stock {
          rejectedPaintings
        }
      }
    }
  }
`);

test('orders that could not be mirrored, or have no price, are counted beside the figures', async () => {
  const [first, second] = [await rows.site({ timeZone: 'UTC' }), await rows.site({ timeZone: 'UTC' })];
  const runId = await rows.run(first);
  const rejected = { entity: 'ORDERS' as const, path: 'order_date', code: 'DATE_INVALID' };
  await rows.issue(first, runId, { ...rejected, record: '1' });
  await rows.issue(first, runId, { ...rejected, record: '1', path: 'total_price' });
  await rows.issue(first, runId, { ...rejected, record: '2' });
  await rows.issue(first, runId, { ...rejected, record: '3', resolvedAt: new Date() });
  await rows.issue(first, runId, { ...rejected, record: '4', severity: 'WARNING' });
  await rows.issue(second, runId, { ...rejected, record: '1' });
  await rows.issue(second, runId, { entity: 'PAINTINGS', record: '1' });
  await rows.orders(first, 3, { totalPrice: '0' });
  await rows.orders(second, 2);

  expect(await api.read(WhatIsMissing)).toEqual({
    sales: [{ orderCount: 5, unpriced: 3, rejectedOrders: 3 }],
    stock: [{ rejectedPaintings: 1 }],
    sites: {
      nodes: [
        { sales: { rejectedOrders: 2 }, stock: { rejectedPaintings: 0 } },
        { sales: { rejectedOrders: 1 }, stock: { rejectedPaintings: 1 } },
      ],
    },
  });
});

test('the statuses that count as revenue are those of the configuration', async () => {
  await rows.orders(await rows.site(), 3, { status: 'IN_PROGRESS' });
  const own = createApi({ ...readingOnly(database), revenueStatuses: ['IN_PROGRESS'] });
  const query = `{ sales(firstDay: "2026-01-01", lastDay: "2026-01-01") {
    revenueStatuses orderCount byStatus { status countsAsRevenue }
  } }`;
  expect((await own.send(query)).data).toMatchObject({
    sales: [{ revenueStatuses: ['IN_PROGRESS'], orderCount: 3 }],
  });
  expect((await api.send(query)).data).toMatchObject({
    sales: [{ revenueStatuses: ['CONFIRMED', 'SHIPPED', 'DELIVERED'], orderCount: 0 }],
  });
});

const StockOf = graphql(`
  query StockOf {
    stock {
      ...StockFigures
    }
    sites {
      nodes {
        stock {
          ...StockFigures
        }
      }
    }
  }
  fragment StockFigures on Stock {
    currency
    inStock {
      ...LevelFigures
    }
    lastPiece {
      ...LevelFigures
    }
    soldOut {
      ...LevelFigures
    }
  }
  fragment LevelFigures on StockOfLevel {
    paintingCount
    pieces
    value {
      amount
    }
    unpriced
    paintings(first: 100) {
      totalCount
      nodes {
        id
      }
    }
  }
`);

test('the stock is what is left of each painting, with its value', async () => {
  const sites = await someSites();
  const random = seededRandom(5);
  const whole = (limit: number) => Math.floor(random() * limit);
  const paintings = sites.flatMap(({ id: siteId }) =>
    Array.from({ length: 15 }, (_, index) => ({
      siteId,
      sourceId: BigInt(index + 1),
      name: 'A painting',
      price: whole(5) === 0 ? '0' : `${whole(900)}.${String(whole(10_000)).padStart(4, '0')}`,
      quantity: whole(5) - 1,
      displayOrder: 0,
      status: (['AVAILABLE', 'SOLD', 'RESERVED', 'EXHIBITED', 'UNKNOWN'] as const)[whole(5)] ?? 'UNKNOWN',
      observedAt: new Date(),
      deletedAt: whole(6) === 0 ? new Date() : null,
    })),
  );
  await database.prisma.painting.createMany({ data: paintings });
  const there = paintings.filter(({ deletedAt }) => deletedAt === null);
  const isSold = ({ status, quantity }: (typeof paintings)[number]) => status === 'SOLD' || quantity < 1;
  const sums = (chosen: typeof paintings) => ({
    paintingCount: chosen.length,
    pieces: chosen.reduce((sum, { quantity }) => sum + quantity, 0),
    value: {
      amount: textOf(
        chosen.reduce((sum, { price, quantity }) => sum + unitsOf(price) * BigInt(quantity), 0n),
      ),
    },
    unpriced: chosen.filter(({ price }) => price === '0').length,
    paintings: {
      totalCount: chosen.length,
      nodes: chosen.map(({ siteId, sourceId }) => ({ id: `Painting:${siteId}:${sourceId}` })),
    },
  });
  const naive = (of: readonly ModelSite[]) => {
    const ofSites = there.filter(({ siteId }) => of.some(({ id }) => id === siteId));
    const inStock = ofSites.filter((painting) => !isSold(painting));
    return {
      currency: of[0]?.currency,
      inStock: sums(inStock),
      lastPiece: sums(inStock.filter(({ quantity }) => quantity === 1)),
      soldOut: sums(ofSites.filter(isSold)),
    };
  };

  const answer = await api.read(StockOf);
  expect(answer.sites.nodes.map(({ stock }) => stock)).toEqual(sites.map((site) => naive([site])));
  expect(answer.stock).toEqual(
    ['CLP', 'EUR', 'USD'].map((currency) => naive(sites.filter((site) => site.currency === currency))),
  );
});

const figures = [
  ['revenue { amount } orderCount averageBasket { amount }', 1],
  ['orderCount previous { orderCount }', 1],
  ['freshness { asOf }', 1],
  ['rejectedOrders', 1],
  ['orders(first: 1) { totalCount nodes { id } }', 2],
  ['byTime(unit: MONTH) { revenue { amount } }', 1],
  ['byTime(unit: MONTH) { orders(first: 1) { nodes { id } } }', 1],
  ['byStatus { amount { amount } }', 1],
  ['byStatus { orders(first: 1) { nodes { id } } }', 1, 50],
  ['byCustomer { customers }', 1],
  ['byCustomer { orders(first: 1) { nodes { id } } }', 1, 50],
  ['byPainting(first: 1) { painting { name } }', 2],
  ['byPainting(first: 1) { orders(first: 1) { nodes { id } } }', 2, 50],
  ['byCategory(first: 1) { category }', 1],
  ['byCategory(first: 1) { orders(first: 1) { nodes { id } } }', 2, 50],
] as const;

test('figures of many sites and two periods take as many statements as those of one', async () => {
  const gallery = async () => {
    const siteId = await rows.site();
    await rows.paintings(siteId, 2);
    await rows.orders(siteId, 2, { orderedAt: new Date('2026-04-05T10:00:00Z') });
    await rows.items(siteId, 1, [1, 2]);
  };
  const statements = async () => {
    const counts: number[] = [];
    // The cost of an operation allows no more sites for some.
    for (const [figure, , sites = 100] of figures) {
      const query = `{ sites(first: ${sites}) { nodes {
        april: sales(firstDay: "2026-04-01", lastDay: "2026-04-30") { ${figure} }
        may: sales(firstDay: "2026-05-01", lastDay: "2026-05-05") { ${figure} }
      } } }`;
      // oxlint-disable-next-line no-await-in-loop
      const read = await statementsOf(database, () => api.send(query));
      expect(read.result.errors).toBeUndefined();
      counts.push(read.statements.length - 1); // the sites
    }
    return counts;
  };
  await gallery();
  expect(await statements()).toEqual(figures.map(([, count]) => count));
  // oxlint-disable-next-line no-await-in-loop
  for (let sites = 1; sites < 100; sites++) await gallery();
  expect(await statements()).toEqual(figures.map(([, count]) => count));
});
