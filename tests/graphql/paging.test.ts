import { createHmac } from 'node:crypto';

import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { writeCursor } from '../../src/graphql/lists/cursor.ts';
import { createTestDatabase } from '../support/database.ts';
import { graphql } from '../gql/gql.ts';
import type { PagedPaintingsQueryVariables } from '../gql/graphql.ts';
import { createApi, cursorKey, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));
const { prisma } = database;

beforeEach(async () => {
  await prisma.site.deleteMany();
});

const PagedPaintings = graphql(`
  query PagedPaintings(
    $first: Int
    $after: String
    $last: Int
    $before: String
    $where: PaintingFilter
    $includeDeleted: Boolean = false
  ) {
    paintings(
      first: $first
      after: $after
      last: $last
      before: $before
      where: $where
      includeDeleted: $includeDeleted
    ) {
      totalCount
      edges {
        cursor
        node {
          sourceId
          name
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

const PagedOrders = graphql(`
  query PagedOrders($first: Int, $after: String, $last: Int, $before: String) {
    orders(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

const NestedPages = graphql(`
  query NestedPages($first: Int, $after: String, $last: Int, $before: String) {
    sites {
      nodes {
        paintings(first: $first, after: $after, last: $last, before: $before) {
          totalCount
          nodes {
            id
          }
          pageInfo {
            hasNextPage
            hasPreviousPage
            endCursor
            startCursor
          }
        }
      }
    }
  }
`);

async function page(variables: PagedPaintingsQueryVariables) {
  const { paintings } = await api.read(PagedPaintings, variables);
  return { ...paintings, ids: paintings.edges.map(({ node }) => node.sourceId) };
}

async function refusal(variables: object) {
  const { data, errors } = await api.ask(PagedPaintings, variables);
  expect(data ?? null).toBeNull();
  return { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

describe('a page', () => {
  test('holds 20 rows when nothing is said, and counts the whole list', async () => {
    await rows.paintings(await rows.site(), 25);
    const { ids, totalCount, pageInfo } = await page({});
    expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(totalCount).toBe(25);
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  test('is empty for an empty list', async () => {
    const { ids, totalCount, pageInfo } = await page({});
    expect({ ids, totalCount }).toEqual({ ids: [], totalCount: 0 });
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });

  test('leads to the next one until all rows were seen once', async () => {
    for (let site = 0; site < 3; site++) await rows.paintings(await rows.site(), 5);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { edges, pageInfo }: Awaited<ReturnType<typeof page>> = await page({ first: 4, after });
      seen.push(...edges.map(({ cursor }) => cursor));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    expect(new Set(seen).size).toBe(15);
  });

  test('leads to the one before when paging backwards, each in the order of the list', async () => {
    await rows.paintings(await rows.site(), 5);
    const last = await page({ last: 2 });
    expect(last.ids).toEqual([4, 5]);
    expect(last.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
    const middle = await page({ last: 2, before: last.pageInfo.startCursor });
    expect(middle.ids).toEqual([2, 3]);
    expect(middle.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: true });
    const first = await page({ last: 2, before: middle.pageInfo.startCursor });
    expect(first.ids).toEqual([1]);
    expect(first.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  });

  test('can be cut out between two cursors', async () => {
    await rows.paintings(await rows.site(), 6);
    const { edges } = await page({});
    const between = { after: edges[0]?.cursor ?? '', before: edges[4]?.cursor ?? '' };
    expect((await page({ first: 2, ...between })).ids).toEqual([2, 3]);
    expect((await page({ last: 2, ...between })).ids).toEqual([3, 4]);
  });

  test('keeps the filters: site, status, tombstones', async () => {
    const [one, other] = [await rows.site(), await rows.site()];
    await rows.paintings(one, 3);
    await rows.paintings(other, 2, { status: 'SOLD' });
    await prisma.painting.update({
      where: { siteId_sourceId: { siteId: one, sourceId: 2n } },
      data: { deletedAt: new Date() },
    });
    expect((await page({ where: { site: { equals: `Site:${one}` } } })).ids).toEqual([1, 3]);
    expect((await page({ where: { site: { equals: `Site:${one}` } }, includeDeleted: true })).ids).toEqual([
      1, 2, 3,
    ]);
    expect((await page({ where: { status: { equals: 'SOLD' } } })).totalCount).toBe(2);
  });
});

describe('between two pages', () => {
  test('the row of the cursor may be deleted, and no other row is lost or repeated', async () => {
    const siteId = await rows.site();
    await rows.paintings(siteId, 6);
    const { pageInfo } = await page({ first: 3 });
    await prisma.painting.deleteMany({ where: { siteId, sourceId: { in: [2n, 3n] } } });
    expect((await page({ first: 3, after: pageInfo.endCursor })).ids).toEqual([4, 5, 6]);
    expect((await page({ last: 3, before: pageInfo.endCursor })).ids).toEqual([1]);
  });

  test('the row of the cursor may fall out of the filter', async () => {
    const siteId = await rows.site();
    await rows.paintings(siteId, 4);
    const { pageInfo } = await page({ first: 2, where: { status: { equals: 'AVAILABLE' } } });
    await prisma.painting.updateMany({ where: { siteId, sourceId: 2n }, data: { status: 'SOLD' } });
    expect(
      (await page({ first: 2, where: { status: { equals: 'AVAILABLE' } }, after: pageInfo.endCursor })).ids,
    ).toEqual([3, 4]);
  });

  test('a row may move to another place in the order', async () => {
    const siteId = await rows.site();
    await rows.orders(siteId, 6);
    const first = await api.read(PagedOrders, { first: 3 });
    expect(first.orders.nodes.map(({ id }) => id)).toEqual([6, 5, 4].map((id) => `Order:${siteId}:${id}`));
    await prisma.order.updateMany({
      where: { siteId, sourceId: 4n },
      data: { orderedAt: new Date('2027-01-01') },
    });
    const second = await api.read(PagedOrders, { first: 3, after: first.orders.pageInfo.endCursor });
    expect(second.orders.nodes.map(({ id }) => id)).toEqual([3, 2, 1].map((id) => `Order:${siteId}:${id}`));
  });
});

test('orders of the same moment are told apart, across sites and to the microsecond', async () => {
  const orderedAt = new Date('2026-05-01T10:00:00.000Z');
  for (let site = 0; site < 3; site++) await rows.orders(await rows.site(), 4, { orderedAt });
  // A Date has no microseconds: two orders in the same millisecond, and one just before.
  await database.pool.query(
    `UPDATE "order" SET ordered_at = ordered_at + source_id * interval '1 microsecond'`,
  );
  const whole = await api.read(PagedOrders, { first: 100 });
  const expected = whole.orders.nodes.map(({ id }) => id);
  expect(expected).toHaveLength(12);

  const forwards: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { orders }: typeof whole = await api.read(PagedOrders, { first: 1, after });
    forwards.push(...orders.nodes.map(({ id }) => id));
    ({ endCursor: after, hasNextPage: more } = orders.pageInfo);
  }
  expect(forwards).toEqual(expected);

  const backwards: string[] = [];
  for (let before: string | null = null, more = true; more;) {
    const { orders }: typeof whole = await api.read(PagedOrders, { last: 5, before });
    backwards.unshift(...orders.nodes.map(({ id }) => id));
    ({ startCursor: before, hasPreviousPage: more } = orders.pageInfo);
  }
  expect(backwards).toEqual(expected);
});

test('nested lists page for every parent at once, in both directions', async () => {
  const [one, two, empty] = [await rows.site(), await rows.site(), await rows.site()];
  await rows.paintings(one, 5);
  await rows.paintings(two, 3);
  const idsOf = ({ sites }: Awaited<ReturnType<typeof read>>) =>
    sites.nodes.map(({ paintings }) => paintings.nodes.map(({ id }) => Number(id.split(':')[2])));
  const read = (variables: object) => api.read(NestedPages, variables);

  const first = await read({ first: 2 });
  expect(idsOf(first)).toEqual([[1, 2], [1, 2], []]);
  expect(first.sites.nodes.map(({ paintings }) => paintings.totalCount)).toEqual([5, 3, 0]);
  expect(first.sites.nodes.map(({ paintings }) => paintings.pageInfo.hasNextPage)).toEqual([
    true,
    true,
    false,
  ]);
  const after = first.sites.nodes[0]?.paintings.pageInfo.endCursor ?? '';
  expect(idsOf(await read({ first: 2, after }))).toEqual([[3, 4], [3], []]);
  expect(idsOf(await read({ last: 2 }))).toEqual([[4, 5], [2, 3], []]);
  expect(empty).toBeGreaterThan(two);
});

describe('a list refuses', () => {
  test.each([0, -1, 101, 2_147_483_647])('first: %i', async (first) => {
    expect(await refusal({ first })).toEqual({
      code: 'BAD_USER_INPUT',
      message: `Expected \`first\` to be between 1 and 100, got ${first}. Page on with cursors to read more.`,
    });
    expect((await refusal({ last: first })).code).toBe('BAD_USER_INPUT');
  });

  test('first together with last', async () => {
    const { code, message } = await refusal({ first: 1, last: 1 });
    expect(code).toBe('BAD_USER_INPUT');
    expect(message).toBe('Give `first` (forwards) or `last` (backwards), not both.');
  });

  const place = { cursor0: '1', cursor1: '1' };
  const order = [
    { field: 'siteId', type: 'int' },
    { field: 'sourceId', type: 'bigint' },
  ] as const;
  const made = writeCursor(cursorKey, 'paintings', order, place);
  const plain = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const signed = (text: string) =>
    createHmac('sha256', cursorKey).update(text).digest('base64url').slice(0, 11) + text;
  const name = 'paintings:siteId,sourceId';

  test('no cursor that was made for it', async () => {
    expect(made).toBe(signed(plain([1, name, '1', '1'])));
    expect((await page({ after: made })).ids).toEqual([]);
  });

  test.each([
    ['empty text', '', 'text that is none'],
    ['text', 'not a cursor', 'text that is none'],
    ['other text', '💥', 'text that is none'],
    ['very long text', 'x'.repeat(100_000), 'text that is none'],
    ['cut off', made.slice(0, -1), 'text that is none'],
    ['longer', `${made}!`, 'text that is none'],
    ['without its signature', plain([1, name, '1', '1']), 'text that is none'],
    ['changed', made.slice(0, 11) + plain([1, name, '1', '2']), 'text that is none'],
    ['of another gateway', writeCursor(Buffer.alloc(32, 8), 'paintings', order, place), 'text that is none'],
    ['of another version', signed(plain([2, name, '1', '1'])), 'one of another version'],
    [
      'of the same rows in another list',
      writeCursor(cursorKey, 'Site.paintings', order.slice(1), place),
      'one of another list or order',
    ],
    ['of another list', writeCursor(cursorKey, 'users', order, place), 'one of another list or order'],
  ])('a cursor that is %s', async (_what, cursor, why) => {
    const refused = {
      code: 'INVALID_CURSOR',
      message: `Expected a cursor from an earlier answer of this list, got ${why}. Ask for the first page again.`,
    };
    expect(await refusal({ after: cursor })).toEqual(refused);
    expect(await refusal({ before: cursor })).toEqual(refused);
  });

  test('the id of something else as site', async () => {
    expect((await refusal({ where: { site: { equals: 'Painting:1:1' } } })).message).toBe(
      'Expected the id of a Site, got "Painting:1:1".',
    );
    expect((await refusal({ where: { site: { equals: 'Site:99999999999' } } })).code).toBe('BAD_USER_INPUT');
  });
});
