import { type GraphQLObjectType, getNamedType, isLeafType, isNonNullType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { buildSchema } from '../../src/graphql/schema.ts';
import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));
const schema = buildSchema();

/** Where each type is found in a list, as a path of fields. */
const lists: Record<string, string[]> = {
  Site: ['sites'],
  Painting: ['paintings'],
  User: ['users'],
  Order: ['orders'],
  OrderItem: ['orders', 'items'],
  Exhibition: ['exhibitions'],
  CustomRequest: ['customRequests'],
  SiteSetting: ['settings'],
  SyncRun: ['syncRuns'],
  SyncIssue: ['sites', 'issues'],
  SyncLogEntry: ['syncRuns', 'log'],
  DeletionHold: ['deletionHolds'],
  SiteDrift: ['sites', 'drift'],
};

beforeAll(async () => {
  const siteId = await rows.site({ generation: 'V2', syncedAt: new Date() });
  const when = new Date('2026-02-03T04:05:06.789Z');
  await rows.paintings(siteId, 1, {
    price: '1234567890.1234',
    category: 'Oil',
    technique: 'Oil on canvas',
    year: 1999,
    yearSource: 'c. 1999',
    statusSource: 'dispo',
    image: 'a.jpg',
    image2: 'b.jpg',
    image3: 'c.jpg',
    image4: 'd.jpg',
    description: 'short',
    descriptionLong: 'long',
    dimensions: '10 × 10',
    weight: '1 kg',
    framed: true,
    certificate: false,
    uniquePiece: true,
    createdAt: when,
    deletedAt: when,
  });
  await rows.users(siteId, 1, {
    email: 'a@example.org',
    role: 'ADMIN',
    birthDate: '1.1.1970',
    createdAt: when,
  });
  await rows.orders(siteId, 1, { userSourceId: 1n, email: 'a@example.org', statusSource: 'Confirmée' });
  await rows.items(siteId, 1, [1]);
  await rows.exhibitions(siteId, 1);
  await rows.customRequests(siteId, 1);
  await rows.setting(siteId, 'a:key:with:colons');
  const runId = await rows.run(siteId, { errorCode: 'X', errorMessage: 'It failed.' });
  await rows.issue(siteId, runId);
  await rows.drift(siteId, runId);
  await database.prisma.deletionHold.create({
    data: { siteId, entity: 'USERS', runId, held: 3, live: 9, missedAt: when },
  });
  await database.prisma.siteStats.create({ data: { siteId, observedAt: when } });
});

/** Fields with a plain value, which can be compared. */
const plainFields = (type: GraphQLObjectType) =>
  Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0)
    .map((field) => field.name);

/** `{ a { nodes { b { nodes { … } } } } }` */
const nested = (path: string[], fields: string): string =>
  path.reduceRight((inner, name) => `${name}(${args(name)}) { nodes { ${inner} } }`, fields);
const args = (name: string) => (name === 'paintings' ? 'includeDeleted: true, first: 1' : 'first: 1');

async function first(path: string[], fields: string): Promise<Record<string, unknown>> {
  const { data, errors } = await api.send(`{ ${nested(path, fields)} }`);
  expect(errors).toBeUndefined();
  return path.reduce(
    (value, name) => Reflect.get(Reflect.get(Object(value), name), 'nodes')[0],
    Object(data),
  );
}

describe.each(Object.entries(lists))('a %s', (name, path) => {
  const type = schema.getType(name);
  const fields = isObjectType(type) ? plainFields(type) : [];

  test('is the same by its id as in its list', async () => {
    const listed = await first(path, fields.join(' '));
    const { data, errors } = await api.send(
      `query ($id: ID!) { node(id: $id) { ... on ${name} { ${fields.join(' ')} } } }`,
      { id: String(listed['id']) },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ node: listed });
  });

  test('has the same value in a field whether it is asked for alone or with all others', async () => {
    const listed = await first(path, fields.join(' '));
    for (const field of fields) expect(await first(path, field)).toEqual({ [field]: listed[field] });
  });
});

const types = Object.values(schema.getTypeMap()).filter(
  (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
);

test('every node type is found again by its id', () => {
  const covered = [...Object.keys(lists), 'SiteStats', 'SyncEntityRun'];
  expect(types.map(({ name }) => name).toSorted()).toEqual(covered.toSorted());
});

const Stats = graphql(`
  query StatsAndEntityRun {
    sites {
      nodes {
        stats {
          id
        }
        lastRun {
          entityRuns {
            id
          }
        }
      }
    }
  }
`);

test('stats and entity runs are found again by their ids', async () => {
  const { sites } = await api.read(Stats);
  const [site] = sites.nodes;
  const ids = [site?.stats?.id, site?.lastRun?.entityRuns[0]?.id];
  const { data } = await api.send('query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }', { ids });
  expect(data).toEqual({
    nodes: [
      { id: ids[0], __typename: 'SiteStats' },
      { id: ids[1], __typename: 'SyncEntityRun' },
    ],
  });
});

test.each([
  ['Painting:1:999'],
  ['Site:999'],
  ['SyncRun:00000000-0000-7000-8000-000000000000'],
  ['SiteSetting:1:nothing'],
  ['SyncIssue:999'],
])('%s leads to nothing', async (id) => {
  const { data, errors } = await api.send('query ($id: ID!) { node(id: $id) { id } }', { id });
  expect({ data, errors }).toEqual({ data: { node: null }, errors: undefined });
});

test.each([
  [''],
  ['1'],
  ['Site'],
  ['Site:'],
  ['Site:one'],
  ['Site:1:2'],
  ['Site:99999999999'],
  ['Painting:1'],
  ['Painting:1:9223372036854775808'],
  ['SyncRun:1'],
  ['SyncEntityRun:00000000-0000-7000-8000-000000000000:NOTHING'],
  ['Money:1'],
  ['Nothing:1'],
  ['__Type:1'],
  ['SiteSetting:1:\u0000'],
  ['constructor:1'],
])('%j is refused as an id', async (id) => {
  const { data, errors } = await api.send('query ($id: ID!) { node(id: $id) { id } }', { id });
  expect(data).toEqual({ node: null });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});

test('look-ups by a field of their own give null for what is not there, and refuse ids of other types', async () => {
  const fields = ['site', 'painting', 'user', 'order', 'exhibition', 'syncRun'];
  for (const field of fields) {
    const type = getNamedType(schema.getQueryType()?.getFields()[field]?.type ?? null);
    expect(isNonNullType(schema.getQueryType()?.getFields()[field]?.type)).toBe(false);
    const key =
      field === 'syncRun' ? '00000000-0000-7000-8000-000000000000' : field === 'site' ? '999' : '1:999';
    const ask = (id: string) => api.send(`query ($id: ID!) { ${field}(id: $id) { id } }`, { id });
    expect(await ask(`${type?.name}:${key}`)).toMatchObject({ data: { [field]: null } });
    expect((await ask('SyncLogEntry:1')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
});

test('a painting keeps its exact price, with at least two decimals', async () => {
  const read = (id: string) =>
    api.send('query ($id: ID!) { painting(id: $id) { price { amount currency } } }', { id });
  expect((await read('Painting:1:1')).data).toEqual({
    painting: { price: { amount: '1234567890.1234', currency: 'EUR' } },
  });
  for (const [price, amount] of [
    ['1500', '1500.00'],
    ['89.9', '89.90'],
    ['0', '0.00'],
    ['0.1250', '0.125'],
  ] as const) {
    await database.prisma.painting.updateMany({ data: { price } });
    expect((await read('Painting:1:1')).data).toEqual({ painting: { price: { amount, currency: 'EUR' } } });
  }
});
