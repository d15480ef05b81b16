import { afterAll, describe, expect, it } from 'vitest';

import { bounded, nested, repeat, startAttackedServer } from './support/attacked-server.ts';

// What asks for the most that is allowed, or for a little more.

const server = await startAttackedServer();
afterAll(() => server[Symbol.asyncDispose]());

const year = 'firstDay: "2025-01-01", lastDay: "2025-12-31"';
const june = 'firstDay: "2025-06-01", lastDay: "2025-06-30"';
const each = (count: number, field: (index: number) => string) => repeat(count, (n) => `a${n}: ${field(n)}`);
const all = (count: number, field: (index: number) => string) => `{ ${each(count, field)} }`;
const ofSites = (fields: string) => `{ sites(first: 100) { nodes { ${fields} } } }`;
const paintings = (where: string) => `paintings(first: 1, where: ${where}) { totalCount nodes { id } }`;
const listed = 'totalCount nodes { id }';

describe.skipIf(process.platform !== 'linux')('takes neither 2 s nor 100 MB:', () => {
  it.each<[what: string, code: string | undefined, query: string]>([
    ['deep filters', 'BAD_USER_INPUT', `{ ${paintings(nested(600, '{ not: ', '{}', ' }'))} }`],
    [
      'wide filters',
      'BAD_USER_INPUT',
      `{ ${paintings(`{ or: [${'{ quantity: { gt: 1 } } '.repeat(400)}] }`)} }`,
    ],
    [
      'filters of all kinds and levels',
      undefined,
      all(20, (n) =>
        paintings(
          `{ not: { or: [{ and: [{ not: { quantity: { gt: ${n} }, category: { contains: "9" } } }] }] } }`,
        ),
      ),
    ],
    [
      'many parts of texts',
      undefined,
      all(5, (n) => paintings(`{ or: [${repeat(19, (m) => `{ category: { contains: "${n}x${m}" } }`)}] }`)),
    ],
    [
      'searches for what all rows have',
      undefined,
      all(
        9,
        () =>
          `paintings(first: 1, search: "p pa pai pain paint painti paintin painting c ca", orderBy: { field: PRICE, direction: DESC }) { ${listed} }`,
      ),
    ],
    [
      'a search of each site',
      undefined,
      '{ sites(first: 90) { nodes { paintings(first: 1, search: "p") { totalCount } } } }',
    ],
    [
      'searches of each site',
      'COST_LIMIT_EXCEEDED',
      ofSites(each(2, () => 'paintings(first: 1, search: "p") { totalCount }')),
    ],
    [
      'parts of texts over and over',
      'COST_LIMIT_EXCEEDED',
      all(15, (n) => paintings(`{ or: [${repeat(19, (m) => `{ category: { contains: "${n}x${m}" } }`)}] }`)),
    ],
    [
      'parts of texts in a default',
      'COST_LIMIT_EXCEEDED',
      `query ($where: PaintingFilter = { or: [${repeat(19, (n) => `{ category: { contains: "x${n}" } }`)}] }) ${all(15, () => paintings('$where'))}`,
    ],
    [
      'lists of a hundred ids',
      undefined,
      all(
        9,
        (n) =>
          `orders(where: { painting: { in: [${repeat(100, (m) => `"Painting:${m + 1}:${n + 1}"`)}] } }) { ${listed} }`,
      ),
    ],
    [
      'lists of more ids',
      'BAD_USER_INPUT',
      `{ orders(where: { painting: { in: [${'"Painting:1:1" '.repeat(300)}] } }) { ${listed} } }`,
    ],
    [
      'a condition on the orders of each site, many times',
      undefined,
      ofSites(each(20, (n) => `orders(first: 1, where: { totalPrice: { gt: "${n}" } }) { totalCount }`)),
    ],
    [
      'filtered counts of each site, as many as names are allowed',
      'COST_LIMIT_EXCEEDED',
      ofSites(each(49, (n) => `paintings(where: { quantity: { gte: ${n} } }) { totalCount }`)),
    ],
    [
      'pages of each site, sorted',
      undefined,
      ofSites(
        each(
          7,
          (n) =>
            `paintings(first: 30, orderBy: { field: PRICE, direction: DESC }, where: { quantity: { gte: ${n} } }) { nodes { id } }`,
        ),
      ),
    ],
    [
      'sales of centuries',
      'BAD_USER_INPUT',
      '{ sales(firstDay: "1900-01-01", lastDay: "2199-12-31") { byTime(unit: DAY) { orderCount } } }',
    ],
    [
      'sales of many periods',
      undefined,
      all(20, (n) => `sales(firstDay: "2025-01-${n + 10}", lastDay: "2025-12-31") { revenue { amount } }`),
    ],
    [
      'sales of each day',
      undefined,
      all(5, () => `sales(${year}) { byTime(unit: DAY) { firstDay revenue { amount } orderCount } }`),
    ],
    [
      'the orders of each day',
      undefined,
      `{ sales(${year}) { byTime(unit: DAY) { orders(first: 1) { totalCount } } } }`,
    ],
    [
      'categories over and over',
      'COST_LIMIT_EXCEEDED',
      `{ sales(${year}) { ${each(20, (n) => `byCategory(first: ${n + 1}) { quantity }`)} } }`,
    ],
    [
      'the orders of categories',
      'COST_LIMIT_EXCEEDED',
      `{ sales(${year}) { byCategory { orders(first: 1) { totalCount } } } }`,
    ],
    [
      'the orders of categories in a month, over and over',
      undefined,
      `{ sales(${june}) { ${each(3, (n) => `byCategory(first: ${n + 8}) { orders(first: 1) { totalCount } }`)} } }`,
    ],
    [
      'new customers of many periods',
      undefined,
      all(
        14,
        (n) => `sales(firstDay: "2025-01-${n + 10}", lastDay: "2025-12-31") { byCustomer { customers } }`,
      ),
    ],
    [
      'orders of new customers',
      undefined,
      all(
        6,
        (n) =>
          `sales(firstDay: "2025-01-${n + 10}", lastDay: "2025-12-31") { byCustomer { orders(first: 1) { totalCount } } }`,
      ),
    ],
    [
      'a year of each site',
      undefined,
      ofSites(`sales(${year}) { revenue { amount } byStatus { orderCount } }`),
    ],
    [
      'what sold best on each site',
      'COST_LIMIT_EXCEEDED',
      ofSites(`sales(${year}) { byPainting { quantity } }`),
    ],
    [
      'the period before the period before …',
      undefined,
      `{ sales(${year}) { ${nested(8, 'previous { orderCount ', 'byTime(unit: MONTH) { orderCount }', ' }')} } }`,
    ],
    ['the stock over and over', undefined, all(20, () => 'stock { inStock { value { amount } } }')],
    [
      'the stock of each site',
      undefined,
      ofSites('stock { inStock { pieces paintings(first: 1) { totalCount } } }'),
    ],
    [
      'freshness over and over',
      undefined,
      all(
        20,
        (n) =>
          `paintings(first: 1, where: { quantity: { gte: ${n} } }) { freshness { asOf staleSites(first: 100) { site { id } } neverSyncedSites(first: 100) { site { id } reasons } } }`,
      ),
    ],
    [
      'freshness of each site',
      undefined,
      ofSites(
        each(
          9,
          () => 'paintings(first: 1) { freshness { asOf neverSyncedSites(first: 1) { site { id } } } }',
        ),
      ),
    ],
    [
      'run statistics over and over',
      'COST_LIMIT_EXCEEDED',
      ofSites(
        each(
          90,
          (n) =>
            `runStatistics(from: "2025-01-01T00:${(n % 50) + 10}:00Z", to: "2025-12-31T00:00:00Z") { runs }`,
        ),
      ),
    ],
    [
      'run statistics of each site',
      undefined,
      ofSites(
        'runStatistics(from: "2025-01-01T00:00:00Z", to: "2025-12-31T00:00:00Z") { rowsPerDay { rows } }',
      ),
    ],
    [
      'lists there and back',
      undefined,
      '{ sites(first: 10) { nodes { paintings(first: 10) { nodes { site { orders(first: 5) { nodes { items(first: 3) { nodes { painting { site { id } } } } } } } } } } } }',
    ],
    [
      'lists as deep as they go, over and over',
      undefined,
      all(
        20,
        () =>
          `orders(first: 2) { nodes { ${each(4, () => 'site { orders(first: 2) { nodes { items(first: 2) { nodes { painting { site { id } } } } } } }')} } }`,
      ),
    ],
    [
      'lists of lists of one row',
      undefined,
      all(
        20,
        (n) =>
          `sites(first: 1) { nodes { ${repeat(4, (m) => `x${n}y${m}: paintings(first: 1) { nodes { site { orders(first: 1) { nodes { items(first: 1) { nodes { painting { name } } } } } } } }`)} } }`,
      ),
    ],
    [
      'a hundred ids',
      undefined,
      `{ nodes(ids: [${repeat(100, (n) => `"Painting:${n + 1}:${n + 1}"`)}]) { ... on Painting { name site { name orders(first: 1) { nodes { id } } } } } }`,
    ],
  ])('%s', async (_what, code, query) => {
    expect(await server.send(JSON.stringify({ query }))).toEqual(bounded(code));
  });
});
