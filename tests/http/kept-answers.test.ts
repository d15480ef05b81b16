import { createServer, type IncomingMessage } from 'node:http';

import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { transaction } from '../../src/db/client.ts';
import { createClock } from '../../src/graphql/clock.ts';
import type { AnswerToKeep } from '../../src/graphql/context.ts';
import { createGraphQL } from '../../src/graphql/create-graphql.ts';
import { noPersistedOperations } from '../../src/graphql/persisted-operations.ts';
import { answerOperation } from '../../src/http/answer-operation.ts';
import { createKeptAnswers } from '../../src/http/kept-answers.ts';
import { updateSite } from '../../src/registry/update-site.ts';
import { readingOnly } from '../graphql/support/api.ts';
import { rowsOf } from '../graphql/support/rows.ts';
import { statementsOf } from '../graphql/support/statements.ts';
import { createTestDatabase, untilWaitingForLock } from '../support/database.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const database = await createTestDatabase();
const { pool } = database;
const server = await startTestServer(database, {
  services: { updateSite: (siteId, changes) => updateSite(database, siteId, changes) },
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
const rows = rowsOf(database);

const Kept = z.object({ cache: z.object({ hit: z.literal(true), computedAt: z.iso.datetime() }) });
const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
  extensions: Kept.partial().loose().optional(),
});

interface Question {
  query: string;
  variables?: object;
  operationName?: string;
}

/** Asks, and tells whether the answer was one that had been kept. */
async function ask(question: Question | string, headers: Record<string, string> = {}, url = server.url) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...bearer, ...json, ...headers },
    body: JSON.stringify(typeof question === 'string' ? { query: question } : question),
  });
  const answer = Answer.parse(await response.json());
  const isKept = response.headers.get('cache-status') === 'cimaise; hit';
  expect(answer.extensions?.cache?.hit ?? false).toBe(isKept); // both say the same
  return { data: answer.data, errors: answer.errors, isKept, headers: response.headers };
}

const NAMES = '{ sites { nodes { name } } paintings { totalCount nodes { name } } }';
const rename = (name: string) => pool.query('UPDATE site SET name = $1', [name]);

beforeEach(async () => {
  await database.prisma.site.deleteMany();
  const siteId = await rows.site({ name: 'Galerie' });
  await rows.paintings(siteId, 3);
});

describe('an answer', () => {
  test('is kept, and says so the next time, in its extensions and in Cache-Status', async () => {
    const first = await ask(NAMES);
    const second = await ask(NAMES);

    expect([first.isKept, second.isKept]).toEqual([false, true]);
    expect(second.data).toEqual(first.data);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  test('costs one statement when it was kept', async () => {
    await ask(NAMES);
    const { result, statements } = await statementsOf(database, () => ask(NAMES));

    expect(result.isKept).toBe(true);
    expect(statements).toEqual([expect.stringContaining('data_version')]);
  });

  test('is not given again once anything has changed', async () => {
    await ask(NAMES);
    await rename('Another');

    const after = await ask(NAMES);
    expect(after).toMatchObject({ isKept: false, data: { sites: { nodes: [{ name: 'Another' }] } } });
    expect((await ask(NAMES)).isKept).toBe(true);
  });

  test('is not given again after a mutation was answered', async () => {
    const { data } = await ask('{ sites { nodes { id deletionHoldPercent } } }');
    const id = z.object({ sites: z.object({ nodes: z.tuple([z.object({ id: z.string() })]) }) }).parse(data)
      .sites.nodes[0].id;
    for (const percent of [31, 32, 33]) {
      const change = `mutation { updateSite(input: { siteId: "${id}", deletionHoldPercent: ${percent} }) { __typename } }`;
      expect(await ask(change)).toMatchObject({ isKept: false, errors: undefined });
      const after = await ask('{ sites { nodes { id deletionHoldPercent } } }');
      expect(after.data).toEqual({ sites: { nodes: [{ id, deletionHoldPercent: percent }] } });
    }
  });

  test('that was made while something changed is not given again', async () => {
    // Backwards: resolvers answer, one list after the other.
    const inTwoSteps = '{ sites { nodes { name } } paintings(last: 1) { nodes { name } } }';
    let answer: ReturnType<typeof ask> | undefined;
    await transaction(pool, async (gate) => {
      // The sites are read, then the paintings wait: what was read of the sites is old by then.
      await gate.query('LOCK TABLE painting IN ACCESS EXCLUSIVE MODE');
      answer = ask(inTwoSteps);
      await untilWaitingForLock(database);
      await rename('Changed meanwhile');
    });
    const torn = await answer;
    expect(torn?.data).toMatchObject({ sites: { nodes: [{ name: 'Galerie' }] } });

    const after = await ask(inTwoSteps);
    expect(after).toMatchObject({
      isKept: false,
      data: { sites: { nodes: [{ name: 'Changed meanwhile' }] } },
    });
  });

  test.each([
    ['an error', '{ nothing }'],
    ['a part that failed', '{ a: __typename paintings(first: -1) { totalCount } }'],
    [
      'a mutation',
      'mutation { updateSite(input: { siteId: "Site:0", deletionHoldPercent: 20 }) { __typename } }',
    ],
    ['a period that ends now', '{ runStatistics { runs } }'],
    [
      'a period that ends now, within sites',
      '{ sites { nodes { runStatistics(from: "2026-11-20T00:00:00Z") { runs } } } }',
    ],
  ])('is not kept when it is of %s', async (_what, query) => {
    await ask(query);
    expect((await ask(query)).isKept).toBe(false);
  });

  test.each([
    [
      'a period that is given',
      '{ runStatistics(from: "2026-11-01T00:00:00Z", to: "2026-11-20T00:00:00Z") { runs } }',
    ],
    ['days up to today', '{ sales { orderCount } sites { nodes { sales { orderCount } } } }'],
  ])('over %s is kept', async (_what, query) => {
    await ask(query);
    expect((await ask(query)).isKept).toBe(true);
  });

  test('is of one document, its variables and the name of the operation', async () => {
    const document =
      'query A($first: Int) { paintings(first: $first) { nodes { name } } } query B { __typename }';
    const questions = [
      { query: document, operationName: 'A', variables: { first: 1 } },
      { query: document, operationName: 'A', variables: { first: 2 } },
      { query: document, operationName: 'B' },
      { query: `${document} `, operationName: 'B' },
    ];
    for (const question of questions) expect((await ask(question)).isKept).toBe(false);
    for (const question of questions) expect((await ask(question)).isKept).toBe(true);
    expect((await ask({ query: document, operationName: 'A', variables: { first: 1 } })).data).toMatchObject({
      paintings: { nodes: [{ name: 'Painting 1' }] },
    });
  });

  test('has the media type that is asked for', async () => {
    const Accept = 'application/graphql-response+json';
    await ask(NAMES);
    const first = await ask(NAMES, { Accept });
    const second = await ask(NAMES, { Accept });
    expect([first.isKept, second.isKept]).toEqual([false, true]);
    expect(second.headers.get('content-type')).toBe(`${Accept}; charset=utf-8`);
  });

  test('to a GET is kept too, unless it is a stream of events', async () => {
    const get = async (Accept: string) => {
      const headers = { ...bearer, Accept };
      const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(NAMES)}`, { headers });
      const text = await response.text();
      return { status: response.headers.get('cache-status'), isStream: text.includes('event: next') };
    };
    expect(await get('application/json')).toEqual({ status: null, isStream: false });
    expect(await get('application/json')).toEqual({ status: 'cimaise; hit', isStream: false });
    expect(await get('text/event-stream')).toEqual({ status: null, isStream: true });
    expect(await get('text/event-stream')).toEqual({ status: null, isStream: true });
  });

  test('of more than a megabyte is not kept', async () => {
    await pool.query(`UPDATE painting SET description = repeat('x', 400000)`);
    const query = '{ paintings { nodes { description } } }';
    await ask(query);
    expect((await ask(query)).isKept).toBe(false);
  });

  test('gives way when newer ones need its memory', async () => {
    await using small = await startTestServer(database, { responseCacheMb: 1 });
    await pool.query(`UPDATE painting SET description = repeat('x', 100000)`);
    const question = (n: number) => `{ paintings(first: 3) { nodes { description } } n${n}: __typename }`;
    for (const n of [1, 2, 3, 4]) await ask(question(n), {}, small.url);

    expect((await ask(question(4), {}, small.url)).isKept).toBe(true);
    expect((await ask(question(1), {}, small.url)).isKept).toBe(false);
  });

  test('is never kept when there is no memory for it', async () => {
    await using off = await startTestServer(database, { responseCacheMb: 0 });
    const { statements } = await statementsOf(database, async () => {
      await ask(NAMES, {}, off.url);
      expect((await ask(NAMES, {}, off.url)).isKept).toBe(false);
    });
    expect(statements.filter((text) => text.includes('data_version'))).toEqual([]);
  });
});

test('two who may see different things never get the answer of the other', async () => {
  const logger = pino({ level: 'silent' });
  const yoga = createGraphQL(readingOnly(database), { logger });
  const planned = () => Promise.resolve(null);
  const keptAnswers = createKeptAnswers(pool, 1);
  const viewerOf = ({ headers }: IncomingMessage) => ({ id: String(headers['x-viewer']) });
  const tenants = createServer((request, response) => {
    const asked = { requestId: 'test', viewer: viewerOf(request) };
    void answerOperation(
      { yoga, planned, persistedOperations: noPersistedOperations, keptAnswers },
      request,
      response,
      asked,
    );
  });
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => void (await tenants[Symbol.asyncDispose]()));
  await new Promise<void>((resolve) => void tenants.listen(0, '127.0.0.1', resolve));
  const address = tenants.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const as = (viewer: string) => ask(NAMES, { 'X-Viewer': viewer, Connection: 'close' }, url);

  expect((await as('one')).isKept).toBe(false);
  expect((await as('two')).isKept).toBe(false);
  expect((await as('one')).isKept).toBe(true);
  expect((await as('two')).isKept).toBe(true);
});

test('an answer that depends on the time is kept until the earliest time at which it changes', () => {
  const toKeep: AnswerToKeep = {};
  const now = createClock(toKeep);
  const inMs = (ms: number) => (time: Date) => new Date(time.getTime() + ms);
  expect(now(inMs(60_000)).getTime()).toBeLessThanOrEqual(Date.now());
  now(inMs(3_600_000));
  expect(toKeep.validUntil).toBeLessThanOrEqual(Date.now() + 60_000);
  expect(toKeep.validUntil).toBeGreaterThan(Date.now() + 50_000);

  const kept = createKeptAnswers(pool, 1);
  const answer = { version: 'v', contentType: 'application/json', body: '{}' };
  kept?.set('lasts', { ...answer, validUntil: toKeep.validUntil });
  kept?.set('is over', { ...answer, validUntil: Date.now() });
  expect(kept?.get('lasts', 'v')).toBeDefined();
  expect(kept?.get('lasts', 'another')).toBeUndefined();
  expect(kept?.get('is over', 'v')).toBeUndefined();

  now();
  now(inMs(60_000));
  expect(toKeep.validUntil).toBe(0);
});

test('answers go on when the version cannot be read', async () => {
  await ask(NAMES);
  await pool.query('ALTER TABLE data_version RENAME TO elsewhere');
  try {
    expect(await ask(NAMES)).toMatchObject({ isKept: false, errors: undefined });
  } finally {
    await pool.query('ALTER TABLE elsewhere RENAME TO data_version');
  }
});
