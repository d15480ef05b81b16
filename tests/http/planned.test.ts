import { pino } from 'pino';
import { afterAll, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { openReadingPool, transaction } from '../../src/db/client.ts';
import { createGraphQL } from '../../src/graphql/create-graphql.ts';
import { noPersistedOperations } from '../../src/graphql/persisted-operations.ts';
import { createPlannedOperations } from '../../src/graphql/plans/planned-operations.ts';
import { cursorKey, readingOnly } from '../graphql/support/api.ts';
import { rowsOf } from '../graphql/support/rows.ts';
import { statementsOf } from '../graphql/support/statements.ts';
import { createTestDatabase, untilWaitingForLock } from '../support/database.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const database = await createTestDatabase();
const { pool } = database;
const server = await startTestServer(database, { responseCacheMb: 0 });
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
const rows = rowsOf(database);
const siteId = await rows.site();
await rows.paintings(siteId, 3, { descriptionLong: 'A "long" one' });

const LIST =
  '{ paintings(first: 2) { totalCount edges { cursor node { id name price { amount currency } } } } }';
const Answer = z.looseObject({
  errors: z.array(z.object({ message: z.string(), extensions: z.looseObject({}) })).optional(),
});

/** What was answered, and whether one statement of the reading connections did it all. */
async function ask(body: object | string, headers: Record<string, string> = {}, url = server.url) {
  const { result, statements } = await statementsOf(database, async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...bearer, ...json, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { response, text: await response.text() };
  });
  const { response, text } = result;
  const names = [...response.headers.keys()].filter((name) => name !== 'date');
  return {
    status: response.status,
    headers: response.headers,
    names,
    text,
    isPlanned: statements.length === 0,
  };
}

/** The same through Yoga: no plan is made of a media type with other parameters. */
const askYoga = (body: object | string, headers: Record<string, string> = {}) =>
  ask(body, { 'Content-Type': 'application/json; charset=utf8', ...headers });

/** Everything of an answer that is not of its request alone. */
const sameOf = ({ status, headers, names, text }: Awaited<ReturnType<typeof ask>>) => ({
  status,
  names: names.toSorted(),
  type: headers.get('content-type'),
  answer: Answer.parse(JSON.parse(text.replaceAll(headers.get('x-request-id') ?? '', 'the id'))),
});

test.each([
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
  'application/graphql-response+json;q=0.5, application/json',
  'application/json, application/graphql-response+json;q=0.5',
  'application/json;q=0.9, */*;q=0.1',
])('is answered to those who accept %s as Yoga answers them, with the cost and an id', async (accept) => {
  const headers: Record<string, string> = accept === undefined ? {} : { Accept: accept };
  const [planned, byYoga] = [await ask({ query: LIST }, headers), await askYoga({ query: LIST }, headers)];
  expect(byYoga.isPlanned).toBe(false);
  expect(sameOf(planned)).toEqual(sameOf(byYoga));
  expect(planned.text).toContain('"extensions":{"cost":{"requested":');
  expect(planned.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('is planned: none of the statements of the resolvers runs', async () => {
  expect(await ask({ query: LIST })).toMatchObject({ status: 200, isPlanned: true });
  expect((await ask({ query: LIST, variables: {}, operationName: null, extensions: {} })).isPlanned).toBe(
    true,
  );
});

const deep =
  '{ paintings { nodes { site { paintings { nodes { site { paintings { nodes { id } } } } } } } } }';
const two = 'query A { paintings { totalCount } } query B($n: Int!) { paintings(first: $n) { totalCount } }';
test.each([
  ['a syntax error', { query: '{ paintings' }],
  ['an invalid document', { query: '{ paintings { nothing } }' }],
  ['a document without a selection', { query: '' }],
  ['no document', {}],
  ['something else in the body', { query: LIST, other: 1 }],
  ['a document that is no text', { query: 1 }],
  ['a document that costs too much', { query: deep.replaceAll('paintings ', 'paintings(first: 100) ') }],
  ['a broken cursor', { query: '{ paintings(after: "x") { totalCount nodes { id } } }' }],
  ['a page of no size', { query: '{ paintings(first: 0) { totalCount } }' }],
  ['the id of something else', { query: '{ painting(id: "User:1:1") { name } }' }],
  ['an operation that is not named', { query: two }],
  ['an operation that is not there', { query: two, operationName: 'C' }],
  ['a name that is no text', { query: two, operationName: 1 }],
  ['a variable that is missing', { query: two, operationName: 'B' }],
  ['a variable of another type', { query: two, operationName: 'B', variables: { n: 'one' } }],
  ['variables that are a list', { query: two, operationName: 'A', variables: [] }],
  ['variables that are a text', { query: two, operationName: 'A', variables: '{}' }],
  ['extensions that are a text', { query: LIST, extensions: 'x' }],
  ['a variable that is not declared', { query: '{ paintings(first: $n) { totalCount } }' }],
  ['what is no object', '[]'],
  ['what is no JSON', '{'],
])('refuses %s as Yoga does, in the same words', async (_what, body) => {
  const [asked, byYoga] = [await ask(body), await askYoga(body)];
  expect(sameOf(asked)).toEqual(sameOf(byYoga));
  expect(sameOf(asked).answer.errors).toHaveLength(1);
});

test('variables that nobody declared do no harm', async () => {
  expect((await ask({ query: LIST, variables: { other: 1 } })).isPlanned).toBe(true);
});

test.each([
  ['backwards', '{ paintings(last: 2) { nodes { id } } }'],
  ['by any id', `{ node(id: "Painting:${siteId}:1") { id } }`],
  ['with freshness', '{ paintings { freshness { asOf } nodes { id } } }'],
  ['of the schema', '{ __schema { queryType { name } } paintings { totalCount } }'],
])('a question %s is answered by resolvers', async (_what, query) => {
  const answer = await ask({ query });
  expect(answer).toMatchObject({ status: 200, isPlanned: false });
  expect(sameOf(answer).answer.errors).toBeUndefined();
});

/** Backends of the reading connections of the server. */
const READING = `pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'cimaise'`;

test('a connection that breaks under a statement costs no answer, and the next one is planned again', async () => {
  const expected = sameOf(await ask({ query: LIST })).answer;
  let answer: ReturnType<typeof ask> | undefined;
  await transaction(pool, async (gate) => {
    await gate.query('LOCK TABLE painting IN ACCESS EXCLUSIVE MODE');
    answer = ask({ query: LIST });
    await untilWaitingForLock(database);
    await gate.query(`SELECT pg_terminate_backend(pid) FROM (SELECT ${READING}) AS reading`);
  });
  expect(sameOf(await (answer ?? ask({}))).answer).toEqual(expected);
  expect(await ask({ query: LIST })).toMatchObject({ status: 200, isPlanned: true });
});

test('what was prepared before a migration is right after it', async () => {
  const query = '{ paintings { nodes { id descriptionLong year } } }';
  const before = await ask({ query });
  for (const change of [
    'ALTER TABLE painting ADD COLUMN later int DEFAULT 7',
    'ALTER TABLE painting ALTER COLUMN description_long TYPE varchar(1000)',
    'ALTER TABLE painting DROP COLUMN later',
    'ALTER TABLE painting ALTER COLUMN description_long TYPE text',
  ]) {
    await pool.query(change);
    expect(await ask({ query })).toMatchObject({ text: before.text, isPlanned: true });
  }
});

test('an answer by plan is kept', async () => {
  await using keeping = await startTestServer(database, { responseCacheMb: 1 });
  const first = await ask({ query: LIST }, {}, keeping.url);
  const second = await ask({ query: LIST }, {}, keeping.url);
  expect(first.headers.has('cache-status')).toBe(false);
  expect(second.headers.get('cache-status')).toBe('cimaise; hit');
  expect(JSON.parse(second.text)).toMatchObject(JSON.parse(first.text));
});

/** Plans on one connection, which can be asked what it has prepared. */
function plansOnOneConnection() {
  const reading = openReadingPool(database.url, {
    applicationName: 'one',
    connections: 1,
    onError: () => undefined,
  });
  const logger = pino({ level: 'silent' });
  const yoga = createGraphQL(readingOnly(database), { logger });
  const planned = createPlannedOperations(
    { yoga, persistedOperations: noPersistedOperations },
    { pool: reading, cursorKey, logger },
  );
  return { reading, planned, [Symbol.asyncDispose]: () => reading.end() };
}

test('any number of different statements is answered, and some of them are prepared', async () => {
  await using one = plansOnOneConnection();
  const fields = Array.from({ length: 20 }, (_, index) => `f${index}: descriptionLong`).join(' ');
  for (let first = 1; first <= 100; first++) {
    for (const where of ['', ', where: {year: {isNull: true}}', ', includeDeleted: true']) {
      const query = `{ paintings(first: ${first}${where}) { pageInfo { endCursor } nodes { ${fields} } } }`;
      const answer = await one.planned(JSON.stringify({ query }));
      expect(answer?.data).toContain('"f19":');
    }
  }
  const { rows: statements } = await one.reading.query<{ length: number }>(
    'SELECT length(statement) FROM pg_prepared_statements',
  );
  expect(statements.length).toBeGreaterThan(50);
  expect(statements.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(260_000);
});

test('a statement has one name, whichever process prepares it: poolers lend connections to several', async () => {
  const namesOf = async (...queries: string[]) => {
    await using one = plansOnOneConnection();
    for (const query of queries) await one.planned(JSON.stringify({ query }));
    const { rows: statements } = await one.reading.query<{ name: string; statement: string }>(
      'SELECT name, statement FROM pg_prepared_statements',
    );
    return new Map(statements.map(({ name, statement }) => [statement, name]));
  };
  const [first, second] = [
    await namesOf(LIST, '{ sites { totalCount } }'),
    await namesOf('{ sites { totalCount } }', LIST),
  ];
  expect(first.size).toBe(2);
  expect(first).toEqual(second);
});

test('a short document that would be megabytes of SQL is answered by resolvers', async () => {
  const lists = (inside: string) =>
    ['paintings', 'orders', 'users', 'exhibitions', 'customRequests']
      .flatMap((list) => [`${list}(first: 1)`, `${list.charAt(0)}: ${list}(first: 1)`])
      .map((list) => `${list} { nodes { site { ...${inside} } } }`)
      .join(' ');
  const query = `{ site(id: "Site:${siteId}") { ...A } }
    fragment A on Site { ${lists('B')} } fragment B on Site { ${lists('C')} } fragment C on Site { ${lists('D')} }
    fragment D on Site { id }`;
  await using one = plansOnOneConnection();
  const asked = vi.spyOn(one.reading, 'query');
  expect(await one.planned(JSON.stringify({ query }))).toBeNull();
  expect(asked).not.toHaveBeenCalled();
  expect(sameOf(await ask({ query })).answer.errors).toBeUndefined();
});
