import { afterAll, describe, expect, it, test } from 'vitest';

import { eventsOf } from '../graphql/support/events.ts';
import { runningState, someRunId } from '../graphql/support/progress.ts';
import { createTestDatabase } from '../support/database.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const database = await createTestDatabase();
async function* breaking() {
  yield runningState;
  throw new Error('secret 42');
}
const server = await startTestServer(database, { services: { followProgress: breaking } });
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const send = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { ...bearer, ...json, Accept: 'text/event-stream', ...headers },
    body,
  });

const ask = async (query: string, variables = {}) => {
  const response = await send(JSON.stringify({ query, variables }));
  expect(response.headers.get('Content-Type')).toBe('text/event-stream');
  expect(response.headers.get('X-Accel-Buffering')).toBe('no');
  return Array.fromAsync(eventsOf(response));
};

describe('over server-sent events', () => {
  it('a query is one event', async () => {
    expect(await ask('{ __typename }')).toEqual([
      {
        event: 'next',
        data: { data: { __typename: 'Query' }, extensions: { cost: { requested: 1, limit: 50_000 } } },
      },
      { event: 'complete', data: null },
    ]);
  });

  it.each([
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ sites ', 'GRAPHQL_PARSE_FAILED'],
    [
      `{ ${Array.from({ length: 21 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
      'ROOT_FIELD_LIMIT_EXCEEDED',
    ],
    ['{ sites(first: 0) { totalCount } }', 'BAD_USER_INPUT'],
    ['subscription { syncProgress(runId: "SyncRun:1") { status } }', 'BAD_USER_INPUT'],
  ])('%s is an error with a code and a request id', async (query, code) => {
    const events = await ask(query);
    expect(events).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code, requestId: expect.any(String) } }] } },
      { event: 'complete' },
    ]);
    expect(JSON.stringify(events)).not.toContain('"http"');
  });

  it('a source that breaks ends the stream with a masked error', async () => {
    const events = await ask(`subscription { syncProgress(runId: "SyncRun:${someRunId}") { status } }`);
    expect(events.map(({ event }) => event)).toEqual(['next', 'next', 'complete']);
    expect(events[1]?.data).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(JSON.stringify(events)).not.toContain('secret');
  });
});

test.each([
  ['no JSON', '{', 400],
  ['no operation', '{"variables": {}}', 400],
  ['variables that are a list', '{"query": "{ __typename }", "variables": []}', 400],
  ['too much', JSON.stringify({ query: `{ __typename } # ${'x'.repeat(1_100_000)}` }), 413],
])('%s is refused in a sentence', async (_what, body, status) => {
  const response = await send(body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('a body that is not called JSON is refused', async () => {
  expect((await send('{"query": "{ __typename }"}', { 'Content-Type': 'text/plain' })).status).toBe(415);
});

test('the token is asked for', async () => {
  expect((await send('{"query": "{ __typename }"}', { Authorization: 'Bearer wrong' })).status).toBe(401);
});
