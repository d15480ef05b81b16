import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { type Answer, createApi, readingOnly } from './support/api.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());

/** Keeps what is logged. */
function listeningLogger() {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  return { lines, logger };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test('what nobody expected is masked, and logged under the request id that the client is told', async () => {
  const { lines, logger } = listeningLogger();
  const broken = { ...readingOnly(database), addSite: () => Promise.reject(new Error('secret 42')) };
  const { yoga } = createApi(broken, logger);
  const response = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation { addSite(input: { name: "a", url: "b", key: "c" }) { __typename } }',
    }),
  });
  const { errors } = (await response.json()) as Answer<unknown>;
  const requestId = response.headers.get('X-Request-Id') ?? '';
  expect(requestId).toMatch(uuid);
  expect(errors).toEqual([
    {
      message: `Something went wrong on our side. Quote this request id: ${requestId}.`,
      path: ['addSite'],
      locations: [{ line: 1, column: 12 }],
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    },
  ]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ requestId, path: ['addSite'], err: { message: 'secret 42' } });
});

test('a database that fails is no business of the client', async () => {
  const failing = await createTestDatabase();
  await failing.pool.query('DROP TABLE painting CASCADE');
  const { lines, logger } = listeningLogger();
  const { errors } = await createApi(readingOnly(failing), logger).send('{ paintings { nodes { id } } }');
  await failing[Symbol.asyncDispose]();
  expect(JSON.stringify(errors)).not.toContain('relation');
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  expect(JSON.stringify(lines)).toContain('relation');
});

const { yoga } = createApi(readingOnly(database));
const post = (body: string, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
  yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body });

test.each([
  ['a syntax error', '{"query": "{ sites "}', 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', '{"query": "{ nothing }"}', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a variable of another type',
    '{"query": "query ($n: Int) { sites(first: $n) { totalCount } }", "variables": {"n": "x"}}',
    'BAD_USER_INPUT',
  ],
  ['a refused argument', '{"query": "{ sites(first: 0) { totalCount } }"}', 'BAD_USER_INPUT'],
  [
    'an operation that is not there',
    '{"query": "query A { __typename }", "operationName": "B"}',
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['no operation', '{}', 'BAD_REQUEST'],
  ['no JSON', '{', 'BAD_REQUEST'],
  ['JSON that is no object', '"x"', 'BAD_REQUEST'],
  [
    'too deep',
    `{"query": "{ sites { nodes { ${'lastRun { site { '.repeat(6)} id ${'} }'.repeat(6)} } } }"}`,
    'DEPTH_LIMIT_EXCEEDED',
  ],
])('%s is an error with a code and the request id', async (_what, body, code) => {
  const response = await post(body);
  const { errors } = (await response.json()) as Answer<unknown>;
  const requestId = response.headers.get('X-Request-Id');
  expect(errors?.length).toBeGreaterThan(0);
  for (const error of errors ?? []) {
    expect(error.extensions).toMatchObject({ code, requestId });
    expect(error.extensions).not.toHaveProperty('http');
  }
});

test('a type of body that nobody reads is an error with words', async () => {
  const response = await post('<x/>', { 'Content-Type': 'application/xml' });
  expect(response.status).toBe(415);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('files are not taken', async () => {
  const form = new FormData();
  form.set('operations', '{"query": "{ __typename }"}');
  const response = await yoga.fetch('http://localhost/graphql', { method: 'POST', body: form });
  expect(response.status).toBe(415);
});

test('a mutation does not run by GET', async () => {
  const query = encodeURIComponent(
    'mutation { addSite(input: { name: "a", url: "b", key: "c" }) { __typename } }',
  );
  const response = await yoga.fetch(`http://localhost/graphql?query=${query}`);
  expect(response.status).toBe(405);
});

test('a body of more than a mebibyte is refused', async () => {
  const response = await post(JSON.stringify({ query: `{ __typename } #${'x'.repeat(1_048_576)}` }));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' } }],
  });
});
