import { getIntrospectionQuery } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { adminPages } from './support/admin-pages.ts';
import { type Answer, createApi, readingOnly } from './support/api.ts';
import { eventsOf, subscribe } from './support/events.ts';
import { runningState, someRunId } from './support/progress.ts';
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

  test('takes a list as the default of a variable in a filter', async () => {
    const query = `query ($all: [PaintingFilter!] = [{year: {in: [1, 2]}}, {}]) {
      paintings(where: {and: $all}) { totalCount } }`;
    const answer = await api.send(query);
    expect(answer.errors).toBeUndefined();
    expect(answer.extensions?.cost.requested).toBe(42); // two fields, two values of 20
  });

  test('counts each of the ids of nodes', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `Site:${index + 1}`);
    const fields = `... on Site { paintings(first: 100) { nodes { ${six} } } }`;
    const byVariable = `query ($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`;
    expect(await refusalOf(byVariable, { ids })).toEqual(refused('COST_LIMIT_EXCEEDED'));
    const written = `{ nodes(ids: ${JSON.stringify(ids)}) { ${fields} } }`;
    expect(await refusalOf(written)).toEqual(refused('COST_LIMIT_EXCEEDED'));
  });

  const costOf = (answer: Answer<unknown>) => answer.extensions?.cost;

  test('is told with every answer: what was asked for, of how much', async () => {
    const query = 'query ($n: Int) { sites(first: $n) { nodes { id name } } }';
    expect(costOf(await api.send(query, { n: 7 }))).toEqual({ requested: 2 + 7 * 2, limit: 50_000 });
    expect(costOf(await api.send(query, { n: 70 }))).toEqual({ requested: 2 + 70 * 2, limit: 50_000 });
    expect(costOf(await api.send('mutation { __typename }'))).toEqual({ requested: 1, limit: 50_000 });
    // Also with an answer that failed.
    expect(costOf(await api.send('{ site(id: "nothing") { id } }'))).toEqual({ requested: 2, limit: 50_000 });
  });

  test('is told of what is refused, too', async () => {
    const query = `{ sites(first: 100) { nodes { paintings(first: 100) { nodes { ${six} } } } } }`;
    const answer = await api.send(query);
    const cost = { requested: 60_202, limit: 50_000 };
    expect(answer).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('can answer with 60202 field values; at most 50000 are allowed'),
          extensions: { code: 'COST_LIMIT_EXCEEDED', got: cost.requested, limit: cost.limit },
        },
      ],
      extensions: { cost },
    });
    const deep = await api.send(
      `{ site(id: "Site:1") { ${'lastRun { site { '.repeat(7)} id ${'} }'.repeat(7)} } }`,
    );
    expect(deep.errors?.[0]?.extensions.code).toBe('DEPTH_LIMIT_EXCEEDED');
    expect(costOf(deep)).toEqual({ requested: 16, limit: 50_000 });
  });

  test('leaves questions about the schema out, which have a limit of their own', async () => {
    const answer = await api.send('{ __schema { types { name } } sites(first: 1) { nodes { id } } }');
    expect(costOf(answer)).toEqual({ requested: 3, limit: 50_000 });
  });

  test('is told with an answer that comes as an event, and not with each state of a subscription', async () => {
    async function* followProgress() {
      yield await Promise.resolve(runningState);
    }
    const following = createApi({ ...readingOnly(database), followProgress });
    const streamed = async (query: string) => {
      const events: unknown[] = [];
      for await (const { event, data } of eventsOf(await subscribe(following.yoga, query, {}))) {
        if (event === 'next') events.push(data);
      }
      return events;
    };
    expect(await streamed('{ sites { totalCount } }')).toMatchObject([
      { data: { sites: { totalCount: 0 } }, extensions: { cost: { requested: 2, limit: 50_000 } } },
    ]);
    const states = await streamed(`subscription { syncProgress(runId: "SyncRun:${someRunId}") { percent } }`);
    expect(states).toEqual([{ data: { syncProgress: { percent: 0 } } }]);
  });

  test.each(Object.entries(adminPages))(
    'of the page "%s" is at most half of the limit',
    async (_page, query) => {
      const { errors, extensions } = await api.send(query);
      expect(errors).toBeUndefined();
      expect(extensions?.cost.requested).toBeLessThanOrEqual(25_000);
    },
  );
});

describe('depth', () => {
  const chain = (levels: number): string =>
    levels === 1 ? 'name' : `lastRun { ${levels === 2 ? 'id' : `site { ${chain(levels - 2)} }`} }`;
  const deep = (levels: number) => `{ site(id: "Site:1") { ${chain(levels - 1)} } }`;

  test('of 12 levels is allowed, of 13 refused', async () => {
    expect(await api.send(deep(12))).toMatchObject({ data: { site: null } });
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
