import { createClient } from 'graphql-ws';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { bounded, nested, repeat, startAttackedServer } from './support/attacked-server.ts';

// The attacks of the OWASP GraphQL cheat sheet, and of those who automated them.

const server = await startAttackedServer();
afterAll(() => server[Symbol.asyncDispose]());

const pages = 'sites(first: 100) { nodes { paintings(first: 100) { nodes { id name status year } } } }';
const mutation = 'addSite(input: { name: "a", url: "http://a", key: "a" }) { __typename }';

describe.skipIf(process.platform !== 'linux')('an attack takes neither 2 s nor 100 MB:', () => {
  it.each<[attack: string, code: string | undefined, query: string]>([
    ['the largest page that is allowed', undefined, `{ ${pages} }`],
    [
      'the largest answers that are allowed, all at once',
      undefined,
      `{ ${repeat(20, (n) => `a${n}: paintings(first: 100) { nodes { id name status year price { amount currency } site { name url } } }`)} }`,
    ],
    [
      'depth: a site, its run, its site …',
      'DEPTH_LIMIT_EXCEEDED',
      `{ sites { nodes ${nested(400, '{ lastRun { site ', '{ id }', ' } }')} } }`,
    ],
    ['depth beyond all limits', 'TOKEN_LIMIT_EXCEEDED', nested(20_000, '{ sites { nodes ', '{ id }', ' } }')],
    [
      'amount: a page of a hundred million',
      'BAD_USER_INPUT',
      '{ paintings(first: 99999999) { nodes { id } } }',
    ],
    [
      'amount: pages of pages of pages',
      'COST_LIMIT_EXCEEDED',
      '{ sites(first: 100) { nodes { orders(first: 100) { nodes { items(first: 100) { nodes { id } } } } } } }',
    ],
    [
      'breadth: every field a thousand times',
      'TOKEN_LIMIT_EXCEEDED',
      `{ sites { nodes { ${'id name url '.repeat(50_000)} } } }`,
    ],
    [
      'field duplication within the limits',
      'GRAPHQL_VALIDATION_FAILED',
      `{ sites { nodes { ${'id '.repeat(3_900)} } } }`,
    ],
    [
      'alias overload of one field',
      'ALIAS_LIMIT_EXCEEDED',
      `{ sites { nodes { ${repeat(1_000, (n) => `a${n}: id`)} } } }`,
    ],
    [
      'batching by aliases',
      'ROOT_FIELD_LIMIT_EXCEEDED',
      `mutation { ${repeat(50, (n) => `a${n}: ${mutation}`)} }`,
    ],
    [
      'directive overload',
      'GRAPHQL_VALIDATION_FAILED',
      `{ __typename ${'@include(if: true) '.repeat(500)} }`,
    ],
    [
      'directive overload beyond all limits',
      'TOKEN_LIMIT_EXCEEDED',
      `{ __typename ${'@a'.repeat(500_000)} }`,
    ],
    [
      'circular fragments',
      'GRAPHQL_VALIDATION_FAILED',
      '{ sites { nodes { ...A } } } fragment A on Site { lastRun { site { ...B } } } fragment B on Site { ...A }',
    ],
    [
      'fragments that double at each level',
      'COST_LIMIT_EXCEEDED',
      `{ sites { nodes { ...F0 } } } ${repeat(60, (n) => `fragment F${n} on Site { ...F${n + 1} ... { ...F${n + 1} } }`)} fragment F60 on Site { id }`,
    ],
    [
      'fragments whose fields are compared in pairs',
      'ROOT_FIELD_LIMIT_EXCEEDED',
      `{ ${repeat(200, (n) => `...F${n}`)} } ${repeat(200, (n) => `fragment F${n} on Query { sites { nodes { id } } }`)}`,
    ],
    [
      'circular introspection',
      'GRAPHQL_VALIDATION_FAILED',
      `{ __schema { types { ${nested(50, 'fields { type { ', 'name', ' } }')} } } }`,
    ],
    [
      'wide introspection',
      'COST_LIMIT_EXCEEDED',
      `{ __schema { types { fields { ${repeat(90, (n) => `a${n}: type { fields { name } }`)} } } } }`,
    ],
    [
      'fields nobody knows, each like all others',
      'GRAPHQL_VALIDATION_FAILED',
      `{ ${repeat(3_900, (n) => `paintingsOfAllSites${n}`)} }`,
    ],
    ['a long name', 'GRAPHQL_VALIDATION_FAILED', `{ ${'a'.repeat(1_000_000)} }`],
    ['a long string', 'BAD_USER_INPUT', `{ painting(id: "${'x'.repeat(1_000_000)}") { id } }`],
    ['a long comment', undefined, `{ __typename } #${'x'.repeat(1_000_000)}`],
  ])('%s', async (_attack, code, query) => {
    expect(await server.send(JSON.stringify({ query }))).toEqual(bounded(code));
  });

  const byIds = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
  it.each<[attack: string, code: string | undefined, body: string]>([
    [
      'batching by a list of operations',
      'BAD_REQUEST',
      `[${repeat(10_000, () => JSON.stringify({ query: `{ ${pages} }` }), ',')}]`,
    ],
    [
      'a large list in the variables',
      'COST_LIMIT_EXCEEDED',
      JSON.stringify({ query: byIds, variables: { ids: Array(90_000).fill('Site:1') } }),
    ],
    [
      'deep variables',
      'BAD_USER_INPUT',
      `{"query":"${byIds}","variables":{"ids":${nested(400_000, '[', '', ']')}}}`,
    ],
    [
      'a large input that nobody knows',
      'BAD_USER_INPUT',
      JSON.stringify({
        query: 'mutation ($input: AddSiteInput!) { addSite(input: $input) { __typename } }',
        variables: { input: Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`name${n}`, n])) },
      }),
    ],
    [
      'a long string in the variables',
      'INVALID_CURSOR',
      JSON.stringify({
        query: 'query ($after: String) { sites(after: $after) { totalCount } }',
        variables: { after: 'x'.repeat(1_000_000) },
      }),
    ],
    [
      'a body that is too long',
      'REQUEST_ENTITY_TOO_LARGE',
      JSON.stringify({ query: `{ __typename } #${'x'.repeat(50_000_000)}` }),
    ],
  ])('%s', async (_attack, code, body) => {
    expect(await server.send(body)).toEqual(bounded(code));
  });

  const names = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`name${n}`, n]));
  const unknownNames = (count: number) => ({
    query: 'query ($where: PaintingFilter) { paintings(where: $where) { totalCount } }',
    variables: { where: names(count) },
  });

  it('names that nobody knows, by each way that there is', async () => {
    const body = JSON.stringify(unknownNames(50_000));
    const refused = bounded('BAD_USER_INPUT');
    expect(await server.send(body)).toEqual(refused);
    expect(await server.send(JSON.stringify(unknownNames(3_000)))).toEqual(refused);
    expect(await server.send(body, { Accept: 'text/event-stream' })).toEqual(refused);
    const { query, variables } = unknownNames(700);
    expect(await server.get({ query, variables: JSON.stringify(variables) })).toEqual(refused);
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      connectionParams: { authorization: server.authorization },
      webSocketImpl: WebSocket,
    });
    const read = () => Array.fromAsync(client.iterate(unknownNames(20_000)));
    expect(await server.costOf(async () => JSON.stringify(await read()))).toEqual(refused);
    await client.dispose();
  });

  it.each<[what: string, code: string, body: object]>([
    [
      'names of 20 kB that nobody knows',
      'BAD_USER_INPUT',
      {
        query: unknownNames(0).query,
        variables: {
          where: Object.fromEntries(Array.from({ length: 48 }, (_, n) => [`${n}${'x'.repeat(20_000)}`, n])),
        },
      },
    ],
    [
      'a long text refused at many places',
      'COST_LIMIT_EXCEEDED',
      {
        query: `query ($search: String) { ${repeat(20, (n) => `a${n}: paintings(search: $search) { totalCount }`)} }`,
        variables: { search: 'a '.repeat(500_000) },
      },
    ],
    [
      'a persisted id of 1 MB',
      'PERSISTED_QUERY_NOT_FOUND',
      { documentId: `sha256:${'0'.repeat(1_000_000)}` },
    ],
    [
      'another of 60 kB',
      'PERSISTED_QUERY_NOT_FOUND',
      { extensions: { persistedQuery: { sha256Hash: '0'.repeat(60_000) } } },
    ],
  ])('%s', async (_what, code, body) => {
    expect(await server.send(JSON.stringify(body))).toEqual(bounded(code));
  });

  it('filters in variables that are as deep as a body can be', async () => {
    const where = nested(100_000, '{"not":', '{}', '}');
    const body = `{"query":"${unknownNames(0).query}","variables":{"where":${where}}}`;
    expect(await server.send(body)).toEqual(bounded('BAD_USER_INPUT'));
  });
});
