import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));
const { prisma } = database;

const siteIds = [await rows.site(), await rows.site()];
const WALKS = 60;

const PageOfAll = graphql(`
  query PageOfAll(
    $where: ExhibitionFilter
    $orderBy: ExhibitionOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    list: exhibitions(
      where: $where
      orderBy: $orderBy
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
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

const PageOfSite = graphql(`
  query PageOfSite(
    $site: ID!
    $where: ExhibitionFilter
    $orderBy: ExhibitionOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    site(id: $site) {
      list: exhibitions(
        where: $where
        orderBy: $orderBy
        first: $first
        after: $after
        last: $last
        before: $before
      ) {
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
  }
`);

interface Row {
  siteId: number;
  sourceId: number;
  date: string | null;
  location: string;
  isGone: boolean;
}

const idOf = (row: Row) => `Exhibition:${row.siteId}:${row.sourceId}`;

/** The order as the schema states it: no value counts as more than any, then the site, then the id. */
const placeOf = ({ date, siteId, sourceId }: Row) =>
  `${date ?? '9999'} ${[siteId, sourceId].map((part) => String(part).padStart(6, '0')).join(' ')}`;

const aRow = fc.record({
  siteId: fc.constantFrom(...siteIds),
  sourceId: fc.integer({ min: 1, max: 12 }),
  date: fc.constantFrom('2026-05-01', '2026-05-02', '2026-05-03', null),
  location: fc.constantFrom('Paris', 'Paris', 'Nice'),
  isGone: fc.constantFrom(false, false, true),
});
/** A row as it is from now on, or its removal. */
const aChange = fc.record({ row: aRow, isDeleted: fc.boolean() });
const aWalk = fc.record({
  rows: fc.array(aRow, { minLength: 8, maxLength: 30 }),
  direction: fc.constantFrom('ASC', 'DESC'),
  isBackwards: fc.boolean(),
  isOfSite: fc.boolean(),
  steps: fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 3 }), changes: fc.array(aChange, { maxLength: 4 }) }),
    { minLength: 1, maxLength: 6 },
  ),
});

async function write(row: Row): Promise<void> {
  const { siteId, sourceId, date, location, isGone } = row;
  const values = {
    date: date === null ? null : new Date(date),
    location,
    deletedAt: isGone ? new Date() : null,
  };
  await prisma.exhibition.upsert({
    where: { siteId_sourceId: { siteId, sourceId: BigInt(sourceId) } },
    create: { siteId, sourceId: BigInt(sourceId), title: 'Salon', observedAt: new Date(), ...values },
    update: values,
  });
}

test('each page follows the place of its cursor, whatever happened between: no other row is lost or repeated', async () => {
  let pages = 0;
  const walk = async ({ rows: given, direction, isBackwards, isOfSite, steps }: WalkOf<typeof aWalk>) => {
    await prisma.exhibition.deleteMany();
    const table = new Map(given.map((row) => [idOf(row), row]));
    for (const row of table.values()) await write(row);

    /** The list in the direction of the walk. */
    const listed = () => {
      const isWanted = (row: Row) =>
        !row.isGone && row.location === 'Paris' && (!isOfSite || row.siteId === siteIds[0]);
      const places = [...table.values()]
        .filter(isWanted)
        .map((row) => ({ id: idOf(row), place: placeOf(row) }));
      const ascending = places.toSorted((a, b) => (a.place < b.place ? -1 : 1));
      return (direction === 'ASC') === isBackwards ? ascending.toReversed() : ascending;
    };
    const isBeyond = (place: string, cursor: string) =>
      (direction === 'ASC') === isBackwards ? place < cursor : place > cursor;

    const atFirst = listed();
    const touched = new Set<string>();
    const seen: string[] = [];
    let cursor: string | null = null;
    let reached: string | undefined;
    for (let step = 0, more = true; more; step++) {
      const { size, changes } = steps[step % steps.length] ?? { size: 1, changes: [] };
      const page: object = isBackwards ? { last: size, before: cursor } : { first: size, after: cursor };
      const variables = {
        site: `Site:${siteIds[0]}`,
        where: { location: { equals: 'Paris' } },
        orderBy: { field: 'DATE' as const, direction },
        ...page,
      };
      const list: PageRead | undefined = isOfSite
        ? (await api.read(PageOfSite, variables)).site?.list
        : (await api.read(PageOfAll, variables)).list;
      if (list === undefined) throw new Error('the site is gone');
      const ids: string[] = list.nodes.map(({ id }) => id);
      if (isBackwards) ids.reverse();
      const rest = listed().filter(({ place }) => reached === undefined || isBeyond(place, reached));
      expect(ids).toEqual(rest.slice(0, size).map(({ id }) => id));
      more = isBackwards ? list.pageInfo.hasPreviousPage : list.pageInfo.hasNextPage;
      expect(more).toBe(rest.length > size);

      seen.push(...ids);
      pages += 1;
      cursor = isBackwards ? list.pageInfo.startCursor : list.pageInfo.endCursor;
      reached = rest.slice(0, size).at(-1)?.place;
      for (const { row, isDeleted } of changes) {
        touched.add(idOf(row));
        if (isDeleted) {
          table.delete(idOf(row));
          await prisma.exhibition.deleteMany({
            where: { siteId: row.siteId, sourceId: BigInt(row.sourceId) },
          });
        } else {
          table.set(idOf(row), row);
          await write(row);
        }
      }
    }
    const isUntouched = (id: string) => !touched.has(id);
    expect(seen.filter(isUntouched)).toEqual(atFirst.map(({ id }) => id).filter(isUntouched));
  };
  await fc.assert(fc.asyncProperty(aWalk, walk), { numRuns: WALKS });
  expect(pages).toBeGreaterThan(1.5 * WALKS);
}, 120_000);

type WalkOf<Given> = Given extends fc.Arbitrary<infer Walk> ? Walk : never;

interface PageRead {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}
