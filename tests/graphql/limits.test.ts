import { getIntrospectionQuery } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { type Answer, createApi, readingOnly } from './support/api.ts';
import { statementsOf } from './support/statements.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const api = createApi(readingOnly(database));

const repeat = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

/** How an operation is refused: quickly, and before anything is read. */
async function refusalOf(query: string, variables: object = {}) {
  const began = performance.now();
  const { result, statements } = await statementsOf(database, () => api.send(query, variables));
  const [error] = result.errors ?? [];
  return {
    code: error?.extensions.code,
    error,
    inTime: performance.now() - began < 2_000,
    untouched: statements.length === 0 && (result.data ?? null) === null,
  };
}

const refused = (code: string) => expect.objectContaining({ code, inTime: true, untouched: true });

describe('cost', () => {
  const six = 'a: id b: id c: id d: id e: id f: id';

  test('is refused with the numbers, counted over all nested lists', async () => {
    const page = 'paintings(first: 100) { nodes { name status price { amount currency } } }';
    const refusal = await refusalOf(`{ sites(first: 100) { nodes { ${page} } } }`);
    expect(refusal).toEqual(refused('COST_LIMIT_EXCEEDED'));
    // sites + nodes + 100 × (paintings + nodes + 100 × (name + status + price + amount + currency))
    expect(refusal.error).toMatchObject({
      message:
        'The operation can answer with 50202 field values; at most 50000 are allowed. Ask for shorter pages or fewer fields.',
      extensions: { got: 50_202, limit: 50_000 },
    });
  });

  test.each([
    ['variables', `($n: Int) { sites(first: $n) { nodes { paintings(first: $n) { nodes { ${six} } } } } }`],
    [
      'defaults',
      `($m: Int = 100) { sites(last: $m) { nodes { paintings(last: $m) { nodes { ${six} } } } } }`,
    ],
    [
      'fragments',
      `{ ...A } fragment A on Query { sites(first: 100) { ...B } } fragment B on SiteConnection { nodes { ...C } }
       fragment C on Site { paintings(first: 100) { edges { node { ${six} } } } }`,
    ],
    [
      'inline fragments',
      `{ ... on Query { sites(first: 100) { ... { nodes { ... on Site { paintings(first: 100) {
       ... on PaintingConnection { nodes { ${six} } } } } } } } } }`,
    ],
  ])('counts page sizes given by %s', async (_by, query) => {
    expect(await refusalOf(`query ${query}`, { n: 100 })).toEqual(refused('COST_LIMIT_EXCEEDED'));
  });

  test('counts pages whose size is not given as 20 rows', async () => {
    const items = `items { nodes { painting { ${six} } } }`;
    const query = `{ sites { nodes { orders { nodes { ${items} } } } } }`;
    expect(await refusalOf(query)).toEqual(refused('COST_LIMIT_EXCEEDED'));
  });

  test('counts each of the ids of nodes', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `Site:${index + 1}`);
    const fields = `... on Site { paintings(first: 100) { nodes { ${six} } } }`;
    const byVariable = `query ($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`;
    expect(await refusalOf(byVariable, { ids })).toEqual(refused('COST_LIMIT_EXCEEDED'));
    const written = `{ nodes(ids: ${JSON.stringify(ids)}) { ${fields} } }`;
    expect(await refusalOf(written)).toEqual(refused('COST_LIMIT_EXCEEDED'));
  });

  test('lets the pages of an admin pass', async () => {
    const { errors } = await api.send(`{
      sites(first: 100) {
        totalCount
        nodes {
          id name url status syncedAt
          paintings { totalCount } users { totalCount } orders { totalCount }
          lastRun { id status endedAt errorMessage }
        }
      }
      orders(first: 100) {
        nodes {
          id orderedAt customerName status totalPrice { amount currency } site { name }
          items(first: 10) {
            nodes { name quantity price { amount currency } painting { id name images } }
          }
        }
      }
    }`);
    expect(errors).toBeUndefined();
  });
});

describe('depth', () => {
  const chain = (levels: number): string =>
    levels === 1 ? 'name' : `lastRun { ${levels === 2 ? 'id' : `site { ${chain(levels - 2)} }`} }`;
  const deep = (levels: number) => `{ site(id: "Site:1") { ${chain(levels - 1)} } }`;

  test('of 12 levels is allowed, of 13 refused', async () => {
    expect(await api.send(deep(12))).toEqual({ data: { site: null } });
    const refusal = await refusalOf(deep(13));
    expect(refusal).toEqual(refused('DEPTH_LIMIT_EXCEEDED'));
    expect(refusal.error?.message).toContain('is 13 levels deep; at most 12');
  });

  test('is counted through fragments', async () => {
    const fragments = repeat(
      12,
      (n) => `fragment F${n} on Site { lastRun { site { ${n === 11 ? 'id' : `...F${n + 1}`} } } }`,
    );
    const query = `{ site(id: "Site:1") { ...F0 } } ${fragments}`;
    expect(await refusalOf(query)).toEqual(refused('DEPTH_LIMIT_EXCEEDED'));
  });
});

describe('attacks', () => {
  test.each([
    '{ sites { nodes { ...A } } } fragment A on Site { ...B } fragment B on Site { ...A }',
    '{ ...A } fragment A on Query { ...A sites { nodes { id } } }',
  ])('fragments in a circle are invalid: %s', async (query) => {
    expect(await refusalOf(query)).toEqual(refused('GRAPHQL_VALIDATION_FAILED'));
  });

  test('fragments that double at each level are measured without following each path', async () => {
    const fragments = repeat(60, (n) => `fragment F${n} on Site { ...F${n + 1} ... { ...F${n + 1} } }`);
    const query = `{ site(id: "Site:1") { ...F0 } } ${fragments} fragment F60 on Site { id }`;
    expect(await refusalOf(query)).toEqual(refused('COST_LIMIT_EXCEEDED'));
  });

  test.each([
    ['wide', `{ sites { nodes { ${'id '.repeat(5_000)} } } }`],
    ['deep', `{ ${'sites { nodes { site { '.repeat(2_000)}`],
    ['full of values', `{ nodes(ids: [${'"Site:1" '.repeat(5_000)}]) { id } }`],
  ])('a document that is very %s is not even parsed', async (_how, query) => {
    expect(await refusalOf(query)).toEqual(refused('TOKEN_LIMIT_EXCEEDED'));
  });

  const named = (count: number) => repeat(count, (n) => `a${n}: __typename`);
  test.each([
    ['aliases', 'ALIAS_LIMIT_EXCEEDED', `{ ${named(101)} }`],
    ['fields of the operation', 'ROOT_FIELD_LIMIT_EXCEEDED', `{ ${named(21)} }`],
    [
      'the same by fragments',
      'ROOT_FIELD_LIMIT_EXCEEDED',
      `{ ...A ...A } fragment A on Query { ${named(11)} }`,
    ],
  ])('too many %s', async (_what, code, query) => {
    expect(await refusalOf(query)).toEqual(refused(code));
  });

  test.each([
    ['one field over and over', `{ sites { nodes { ${'id '.repeat(3_900)} } } }`],
    ['one list over and over', `{ ${'sites { nodes { id } } '.repeat(500)} }`],
    ['directives nobody knows', `{ sites ${'@nothing '.repeat(1_900)} { nodes { id } } }`],
    ['fields nobody knows', `{ ${repeat(3_900, (n) => `nothing${n}`)} }`],
    ['fragments nobody uses', repeat(400, (n) => `fragment F${n} on Site { id name }`)],
  ])('%s takes no time', async (_what, query) => {
    const began = performance.now();
    const answer = await api.send(query);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(answer.errors?.length ?? 0).toBeLessThan(150);
  });

  const circle = 'fields { type { fields { type { fields { type { name } } } } } }';
  const wide = `fields { name ${repeat(90, (n) => `a${n}: type { fields { name } }`)} }`;
  test.each([
    ['in circles', 'GRAPHQL_VALIDATION_FAILED', circle],
    ['of everything a hundred times', 'COST_LIMIT_EXCEEDED', wide],
  ])('questions about the schema %s', async (_what, code, fields) => {
    expect(await refusalOf(`{ __schema { types { ${fields} } } }`)).toEqual(refused(code));
  });

  test('several operations in one request', async () => {
    const response = await api.yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
    });
    const answer = (await response.json()) as Answer<unknown>;
    expect(response.status).toBe(400);
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
  });
});

test('what GraphiQL asks about the schema passes', async () => {
  const { data, errors } = await api.send(
    getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true, specifiedByUrl: true }),
  );
  expect(errors).toBeUndefined();
  expect(data).toHaveProperty('__schema.queryType.name', 'Query');
});
