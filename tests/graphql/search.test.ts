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

const SearchedPaintings = graphql(`
  query SearchedPaintings($search: String!) {
    paintings(search: $search) {
      nodes {
        name
      }
    }
  }
`);

const NAMES = [
  'L’Événement du siècle',
  'Cœur de pierre',
  'Paysage à Étretat',
  'Vue de Saint-Malo',
  '<Marine>',
];

test.each([
  ['Evenement', ['L’Événement du siècle']],
  ['événe', ['L’Événement du siècle']],
  ['COEUR', ['Cœur de pierre']],
  ['paysages', ['Paysage à Étretat']],
  ['etretat paysage', ['Paysage à Étretat']],
  ['paysage pierre', []],
  ['la pierre', ['Cœur de pierre']],
  ['saint-malo', ['Vue de Saint-Malo']],
  ['malo', ['Vue de Saint-Malo']],
  ["l'evenement", ['L’Événement du siècle']],
  ['marine', ['<Marine>']],
  ['verne', []],
])('a search for %s brings %j', async (search, names) => {
  await prisma.site.deleteMany();
  const siteId = await rows.site();
  for (const [index, name] of NAMES.entries()) {
    await rows.paintings(siteId, 1, { name, sourceId: BigInt(index) });
  }
  const { paintings } = await api.read(SearchedPaintings, { search });
  expect(paintings.nodes.map(({ name }) => name)).toEqual(names);
});

test.each(['', '  ', '!?', 'x'.repeat(201), 'a b c d e f g h i j k'])(
  'a search for "%s" is refused',
  async (search) => {
    const { errors } = await api.ask(SearchedPaintings, { search });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  },
);

test.each(["'", "a' & !b:* <-> (c", '\\', 'a:*|b', '\u{10FFFF} b'])(
  'a search takes %s for words',
  async (search) => {
    const { errors } = await api.ask(SearchedPaintings, { search: `${search} zzz` });
    expect(errors).toBeUndefined();
  },
);

const SearchedEverywhere = graphql(`
  query SearchedEverywhere($search: String!) {
    paintings(search: $search) {
      totalCount
    }
    users(search: $search) {
      totalCount
    }
    orders(search: $search) {
      totalCount
    }
    exhibitions(search: $search) {
      totalCount
    }
    customRequests(search: $search) {
      totalCount
    }
  }
`);

test('names, categories, customers, e-mails and places are searched', async () => {
  await prisma.site.deleteMany();
  const siteId = await rows.site();
  await rows.paintings(siteId, 1, { category: 'Événements' });
  await rows.users(siteId, 1, { name: 'Anaïs Lefèvre', email: 'a.lefevre@exemple.fr' });
  await rows.orders(siteId, 1, { customerName: 'Anaïs Lefèvre', email: 'a.lefevre@exemple.fr' });
  await rows.exhibitions(siteId, 1);
  await prisma.exhibition.updateMany({ data: { location: 'Hôtel de Ville' } });
  await rows.customRequests(siteId, 1);
  const found = async (search: string) =>
    Object.entries(await api.read(SearchedEverywhere, { search })).flatMap(([list, { totalCount }]) =>
      totalCount > 0 ? [list] : [],
    );
  expect(await found('evenement')).toEqual(['paintings']);
  expect(await found('lefevre anaïs')).toEqual(['users', 'orders']);
  expect(await found('lefevre@exem')).toEqual(['users', 'orders']);
  expect(await found('hotel de ville')).toEqual(['exhibitions']);
  expect(await found('client')).toEqual(['customRequests']);
});

test('a text that is too long to be searched whole does not stop the row', async () => {
  await prisma.site.deleteMany();
  const name = `premier ${'œ'.repeat(3_000)} ${'mot '.repeat(500_000)}`;
  await rows.paintings(await rows.site(), 1, { name });
  const { paintings } = await api.read(SearchedPaintings, { search: 'premier' });
  expect(paintings.nodes).toEqual([{ name }]);
});
