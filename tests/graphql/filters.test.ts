import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Prisma } from '../../src/db/generated/prisma/client.ts';
import { graphql } from '../gql/gql.ts';
import type { PaintingFilter } from '../gql/graphql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));
const { prisma } = database;

/** The same numbers each time: what fails once fails again. */
function seeded(seed: number) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    below: (limit: number) => Math.floor(next() * limit),
    pick: <T>(values: readonly [T, ...T[]]): T => {
      const value = values[Math.floor(next() * values.length)];
      return value === undefined ? values[0] : value; // null is a value
    },
  };
}

const observedAt = new Date('2026-11-20T08:00:00Z');
const CATEGORIES = [
  'Événement',
  'EVENEMENT',
  'Cœur de pierre',
  '50 % d_ici',
  `${'é'.repeat(120)}fin`,
  null,
] as const;
const TECHNIQUES = ['Huile sur toile', 'aquarelle', null] as const;
const STATUSES = ['AVAILABLE', 'SOLD', 'RESERVED'] as const;

type Row = Prisma.PaintingCreateManyInput;
const paintings: Row[] = [];
const siteIds: number[] = [];

beforeAll(async () => {
  const random = seeded(4);
  for (let site = 0; site < 3; site++) siteIds.push(await rows.site());
  for (let number = 0; number < 300; number++) {
    paintings.push({
      siteId: siteIds[number % 3] ?? 0,
      sourceId: BigInt(number),
      name: `Painting ${number}`,
      price: (random.below(40) * 25.25).toFixed(4),
      category: random.pick(CATEGORIES),
      technique: random.pick(TECHNIQUES),
      year: random.pick([1999, 2019, 2020, null]),
      quantity: random.below(3),
      status: random.pick(STATUSES),
      displayOrder: 0,
      observedAt,
    });
  }
  await prisma.painting.createMany({ data: paintings });
});

const FilteredPaintings = graphql(`
  query FilteredPaintings($where: PaintingFilter, $search: String, $orderBy: PaintingOrder, $after: String) {
    paintings(first: 100, where: $where, search: $search, orderBy: $orderBy, after: $after) {
      totalCount
      nodes {
        id
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

async function found(variables: { where?: PaintingFilter; search?: string }) {
  const ids: string[] = [];
  let total = 0;
  for (let after: string | null = null, more = true; more;) {
    const answer: { paintings: Page } = await api.read(FilteredPaintings, { ...variables, after });
    ids.push(...answer.paintings.nodes.map(({ id }) => id));
    ({ endCursor: after, hasNextPage: more } = answer.paintings.pageInfo);
    total = answer.paintings.totalCount;
  }
  expect(total).toBe(ids.length);
  return ids;
}

interface Page {
  totalCount: number;
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const folded = (text: string) =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('œ', 'oe').replaceAll('Œ', 'OE').toLowerCase();

/** What a filter means, without SQL. */
function holds(filter: PaintingFilter, row: Row): boolean {
  const { and, or, not, site, status, category, technique, price, year, quantity } = filter;
  const compared = (
    value: number | null | undefined,
    condition: Record<string, unknown> | null | undefined,
  ): boolean =>
    Object.entries(condition ?? {}).every(([operator, given]) => {
      if (operator === 'isNull') return (value == null) === given;
      if (value == null) return false;
      if (Array.isArray(given)) return given.map(Number).includes(value);
      const limit = Number(given);
      const answers: Record<string, boolean> = {
        equals: value === limit,
        gt: value > limit,
        gte: value >= limit,
        lt: value < limit,
        lte: value <= limit,
      };
      return answers[operator] === true;
    });
  const text = (value: string | null | undefined, condition: PaintingFilter['category']): boolean =>
    (condition?.equals == null || condition.equals === value) &&
    (condition?.in == null || (value != null && condition.in.includes(value))) &&
    (condition?.contains == null || (value != null && folded(value).includes(folded(condition.contains)))) &&
    (condition?.isNull == null || (value == null) === condition.isNull);
  return (
    (site?.equals == null || site.equals === `Site:${row.siteId}`) &&
    (status?.in == null || status.in.includes(row.status)) &&
    text(row.category, category) &&
    text(row.technique, technique) &&
    compared(Number(row.price), price) &&
    compared(row.year, year) &&
    compared(row.quantity, quantity) &&
    (and ?? []).every((inner) => holds(inner, row)) &&
    (or == null || or.some((inner) => holds(inner, row))) &&
    (not == null || !holds(not, row))
  );
}

const idsWhere = (filter: PaintingFilter) =>
  paintings
    .filter((row) => holds(filter, row))
    .map(({ siteId, sourceId }) => ({ siteId, sourceId: Number(sourceId) }))
    .toSorted((a, b) => a.siteId - b.siteId || a.sourceId - b.sourceId)
    .map(({ siteId, sourceId }) => `Painting:${siteId}:${sourceId}`);

function generated(random: ReturnType<typeof seeded>, depth: number): PaintingFilter {
  const leaf = (): PaintingFilter =>
    random.pick<() => PaintingFilter>([
      () => ({ site: { equals: `Site:${random.pick([siteIds[0] ?? 0, ...siteIds])}` } }),
      () => ({ status: { in: [random.pick(STATUSES), random.pick(STATUSES)] } }),
      () => ({
        category: { contains: random.pick(['evene', 'ÉVÉ', 'coeur', 'E', '% d_ici', '_%ici', 'FIN']) },
      }),
      () => ({ category: { equals: random.pick(CATEGORIES) ?? 'Événement' } }),
      () => ({ category: { isNull: random.pick([true, false]) } }),
      () => ({ technique: { in: ['aquarelle', random.pick(['Huile sur toile', 'huile sur toile'])] } }),
      () => ({ price: { gte: (random.below(40) * 25.25).toFixed(2), lt: '700' } }),
      () => ({
        year: random.pick<PaintingFilter['year']>([
          { equals: 2019 },
          { gt: 2000 },
          { isNull: true },
          { in: [1999, 2020] },
          { lte: 2019 },
        ]),
      }),
      () => ({ quantity: random.pick<PaintingFilter['quantity']>([{ equals: 0 }, { gte: 1 }, { lt: 2 }]) }),
    ])();
  if (depth === 0) return leaf();
  const inner = () => generated(random, depth - 1);
  return random.pick<() => PaintingFilter>([
    () => ({ ...leaf(), and: [inner(), inner()] }),
    () => ({ or: [inner(), inner(), leaf()] }),
    () => ({ ...leaf(), not: inner() }),
    () => ({ ...leaf(), ...leaf() }),
    () => ({ or: [] }),
  ])();
}

test('a filter brings the rows that a plain reading of it does', async () => {
  const random = seeded(17);
  let rowsSeen = 0;
  for (let round = 0; round < 120; round++) {
    const where = generated(random, random.below(4));
    const ids = await found({ where });
    expect({ where, ids }).toEqual({ where, ids: idsWhere(where) });
    rowsSeen += ids.length;
  }
  expect(rowsSeen).toBeGreaterThan(1_000);
});

test('not brings exactly the other rows, those without a value among them', async () => {
  const of2019 = await found({ where: { year: { equals: 2019 } } });
  const others = await found({ where: { not: { year: { equals: 2019 } } } });
  expect(of2019.length).toBeGreaterThan(10);
  expect(others).toHaveLength(300 - of2019.length);
  expect(await found({ where: { not: {} } })).toEqual([]);
  expect(await found({ where: { year: null, status: { equals: null } } })).toHaveLength(300);
});

const PricedPaintings = graphql(`
  query PricedPaintings(
    $orderBy: PaintingOrder
    $where: PaintingFilter
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    paintings(orderBy: $orderBy, where: $where, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        price {
          amount
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

test.each<['ASC' | 'DESC', PaintingFilter | null]>([
  ['ASC', null],
  ['DESC', null],
  ['DESC', { year: { isNull: false } }],
  ['ASC', { quantity: { in: [0, 1] } }],
])('paintings by price %s %j are read once each, both ways', async (direction, where) => {
  const read = async (page: object) =>
    (
      await api.read(PricedPaintings, {
        orderBy: { field: 'PRICE', direction },
        where,
        ...page,
      })
    ).paintings;
  const forwards: { id: string; amount: number }[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { nodes, pageInfo }: Awaited<ReturnType<typeof read>> = await read({ first: 37, after });
    forwards.push(...nodes.map(({ id, price }) => ({ id, amount: Number(price.amount) })));
    ({ endCursor: after, hasNextPage: more } = pageInfo);
  }
  const backwards: string[] = [];
  for (let before: string | null = null, more = true; more;) {
    const { nodes, pageInfo }: Awaited<ReturnType<typeof read>> = await read({ last: 41, before });
    backwards.unshift(...nodes.map(({ id }) => id));
    ({ startCursor: before, hasPreviousPage: more } = pageInfo);
  }
  expect(backwards).toEqual(forwards.map(({ id }) => id));
  const sign = direction === 'ASC' ? 1 : -1;
  expect(forwards).toEqual(forwards.toSorted((a, b) => sign * (a.amount - b.amount)));
  expect(forwards.map(({ id }) => id).toSorted()).toEqual(idsWhere(where ?? {}).toSorted());
});

describe('a list refuses', () => {
  const refusal = async (query: string) => {
    const { errors } = await api.send(`{ paintings(${query}) { nodes { id } } }`);
    return errors?.[0]?.extensions.code;
  };
  const deep = (levels: number): string => (levels === 0 ? '{}' : `{not: ${deep(levels - 1)}}`);
  test.each([
    ['a filter that is too deep', `where: ${deep(5)}`],
    ['too many conditions', `where: {and: [${'{year: {gt: 1}},'.repeat(51)}]}`],
    ['too many values', `where: {year: {in: [${'1,'.repeat(101)}]}}`],
    ['a part that most texts have', 'where: {category: {contains: "- "}}'],
    ['a part that is too long', `where: {category: {contains: "${'x'.repeat(101)}"}}`],
    ['NUL in a text', 'where: {category: {equals: "a\\u0000"}}'],
    ['the id of something else', 'where: {site: {equals: "Painting:1:1"}}'],
  ])('%s', async (_what, query) => {
    expect(await refusal(query)).toBe('BAD_USER_INPUT');
  });

  test('a number that is no exact decimal', async () => {
    for (const price of ['1e5', '1.23456', 'NaN', '123456789012345', '']) {
      const { errors } = await api.ask(FilteredPaintings, { where: { price: { gt: price } } });
      expect(errors?.[0]?.message).toContain('Expected an exact decimal');
    }
  });

  test('the cursor of another order', async () => {
    const first = await api.read(PricedPaintings, {
      first: 1,
      orderBy: { field: 'PRICE', direction: 'ASC' },
    });
    const after = first.paintings.pageInfo.endCursor;
    for (const orderBy of [
      null,
      { field: 'PRICE', direction: 'DESC' },
      { field: 'ID', direction: 'ASC' },
    ] as const) {
      const { errors } = await api.ask(PricedPaintings, { first: 1, after, orderBy });
      expect(errors?.[0]?.extensions.code).toBe('INVALID_CURSOR');
    }
  });
});

test('the values of a filter count in the cost of an operation, in variables too', async () => {
  const years = Array.from({ length: 100 }, () => 2019);
  const nested = `query ($where: PaintingFilter) { sites(first: 100) { nodes { paintings(first: 1, where: $where) { totalCount } } } }`;
  const few = await api.send(nested, { where: { year: { in: years.slice(0, 10) } } });
  const many = await api.send(nested, { where: { year: { in: years } } });
  expect(few.errors).toBeUndefined();
  expect(many.errors?.[0]?.extensions.code).toBe('COST_LIMIT_EXCEEDED');
});
