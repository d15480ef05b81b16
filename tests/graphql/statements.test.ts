import { afterAll, beforeEach, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';
import { statementsOf } from './support/statements.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

beforeEach(async () => {
  await database.prisma.site.deleteMany();
});

const Everything = graphql(`
  query Everything {
    sites(first: 100) {
      totalCount
      nodes {
        name
        stats {
          paintings
          totalRevenue {
            amount
            currency
          }
        }
        lastRun {
          id
          entityRuns {
            entity
            percent
          }
          issues(first: 2) {
            totalCount
            nodes {
              message
              site {
                name
              }
            }
          }
          log(last: 2) {
            nodes {
              message
            }
          }
        }
        paintings(first: 3) {
          totalCount
          nodes {
            name
            price {
              amount
              currency
            }
            site {
              name
            }
          }
        }
        sold: paintings(
          first: 2
          where: { status: { equals: SOLD } }
          orderBy: { field: PRICE, direction: DESC }
        ) {
          edges {
            cursor
            node {
              id
            }
          }
        }
        dear: paintings(first: 2, where: { price: { gte: "1000" }, site: { in: ["Site:1"] } }) {
          totalCount
          nodes {
            id
          }
        }
        ordersOfAPainting: orders(where: { painting: { equals: "Painting:1:2" } }) {
          totalCount
        }
        failedRuns: syncRuns(where: { status: { equals: FAILED }, entity: { equals: ORDERS } }) {
          totalCount
        }
        priceIssues: issues(where: { code: { equals: "NOT_A_PRICE" } }) {
          nodes {
            record
          }
        }
        users(first: 2) {
          nodes {
            name
          }
        }
        orders(first: 2) {
          nodes {
            user {
              name
            }
            items(first: 2) {
              nodes {
                painting {
                  name
                  price {
                    amount
                  }
                }
              }
            }
          }
        }
        exhibitions(first: 1) {
          nodes {
            date
          }
        }
        customRequests(first: 1) {
          nodes {
            clientName
          }
        }
        settings(first: 1) {
          nodes {
            key
          }
        }
        syncRuns(first: 1) {
          nodes {
            status
          }
        }
        issues(first: 1) {
          nodes {
            code
          }
        }
      }
    }
  }
`);

const Searched = graphql(`
  query Searched {
    sites(first: 100) {
      nodes {
        found: paintings(first: 2, search: "paint") {
          totalCount
          nodes {
            id
          }
        }
      }
    }
  }
`);

async function gallery() {
  const siteId = await rows.site();
  await rows.paintings(siteId, 5);
  await rows.users(siteId, 3);
  await rows.orders(siteId, 3, { userSourceId: 1n });
  for (const order of [1, 2, 3]) await rows.items(siteId, order, [1, 2, null]);
  await rows.exhibitions(siteId, 2);
  await rows.customRequests(siteId, 2);
  await rows.setting(siteId, 'name');
  await rows.issue(siteId, await rows.run(siteId));
  await database.prisma.siteStats.create({
    data: { siteId, paintings: 5, totalRevenue: '1500', observedAt: new Date() },
  });
}

test('an answer with a hundred parents takes as many statements as one with a single parent', async () => {
  await gallery();
  const one = await statementsOf(database, () => api.read(Everything));
  const searchedInOne = await statementsOf(database, () => api.read(Searched));
  for (let count = 1; count < 100; count++) await gallery();
  const hundred = await statementsOf(database, () => api.read(Everything));
  const searched = await statementsOf(database, () => api.read(Searched));

  expect(hundred.result.sites.nodes).toHaveLength(100);
  expect(hundred.result.sites.nodes.every(({ paintings }) => paintings.nodes.length === 3)).toBe(true);
  expect(hundred.result.sites.nodes.at(-1)?.orders.nodes[0]?.items.nodes[1]?.painting?.name).toBe(
    'Painting 2',
  );
  expect(hundred.statements).toHaveLength(one.statements.length);
  expect(searched.result.sites.nodes.at(-1)?.found.totalCount).toBe(5);
  expect(searched.statements).toHaveLength(searchedInOne.statements.length);
  expect(one.statements.length).toBeLessThanOrEqual(29);
});

const TwoPages = graphql(`
  query TwoPages {
    sites {
      nodes {
        short: paintings(first: 1) {
          nodes {
            sourceId
          }
        }
        long: paintings(first: 2) {
          nodes {
            sourceId
          }
        }
        same: paintings(first: 2) {
          nodes {
            sourceId
          }
        }
        sold: paintings(where: { status: { equals: SOLD } }) {
          nodes {
            sourceId
          }
        }
        available: paintings(where: { status: { equals: AVAILABLE } }, last: 1) {
          nodes {
            sourceId
          }
        }
      }
    }
  }
`);

test('lists that differ in their arguments are read apart, equal ones once, for one parent as for a hundred', async () => {
  await gallery();
  const one = await statementsOf(database, () => api.read(TwoPages));
  for (let count = 1; count < 20; count++) await gallery();
  const { result, statements } = await statementsOf(database, () => api.read(TwoPages));
  expect(result.sites.nodes).toHaveLength(20);
  for (const { short, long, same, sold, available } of result.sites.nodes) {
    expect(short.nodes.map(({ sourceId }) => sourceId)).toEqual([1]);
    expect(long.nodes.map(({ sourceId }) => sourceId)).toEqual([1, 2]);
    expect(same.nodes).toEqual(long.nodes);
    expect(sold.nodes).toEqual([]);
    expect(available.nodes.map(({ sourceId }) => sourceId)).toEqual([5]);
  }
  expect(statements.filter((text) => text.includes('LATERAL'))).toHaveLength(4);
  expect(statements).toHaveLength(one.statements.length);
});

const OnlyCounts = graphql(`
  query OnlyCounts {
    sites {
      nodes {
        paintings {
          totalCount
        }
      }
    }
  }
`);

test('a list of which only the count is wanted reads no row', async () => {
  await gallery();
  const { result, statements } = await statementsOf(database, () => api.read(OnlyCounts));
  expect(result.sites.nodes[0]?.paintings.totalCount).toBe(5);
  expect(statements).toHaveLength(2);
  expect(statements[1]).toContain('count(*)');
});

const NoCounts = graphql(`
  query NoCounts {
    orders(where: { status: { equals: CONFIRMED } }) {
      nodes {
        items {
          pageInfo {
            hasNextPage
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

test('a list whose count is not wanted counts nothing', async () => {
  await gallery();
  const { statements } = await statementsOf(database, () => api.read(NoCounts));
  expect(statements).toHaveLength(2);
  expect(statements.join('\n')).not.toContain('count(');
});

const NamesOnly = graphql(`
  query NamesOnly {
    paintings {
      edges {
        node {
          ...Name
        }
      }
    }
  }
  fragment Name on Painting {
    name
  }
`);

test('a list reads the columns it was asked for, and its key', async () => {
  await gallery();
  const { statements } = await statementsOf(database, () => api.read(NamesOnly));
  expect(statements).toHaveLength(1);
  expect(statements[0]).toContain('"name"');
  expect(statements[0]).not.toContain('description');
});

const ManyNodes = graphql(`
  query ManyNodes($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ... on Painting {
        name
      }
    }
  }
`);

test('nodes are looked up together', async () => {
  await gallery();
  const { id } = await database.prisma.site.findFirstOrThrow();
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `Painting:${id}:${index + 1}`);
  const one = await statementsOf(database, () => api.read(ManyNodes, { ids: ids(1) }));
  const five = await statementsOf(database, () => api.read(ManyNodes, { ids: ids(5) }));
  expect(five.result.nodes.map((node) => node?.id)).toEqual(ids(5));
  expect(five.statements).toHaveLength(one.statements.length);
});
