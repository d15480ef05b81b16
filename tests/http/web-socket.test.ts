import { type Client, CloseCode, createClient } from 'graphql-ws';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { createTestGateway } from '../support/gateway.ts';
import { adminToken, bearer, startTestServer } from './support/server.ts';
import { someRunId, stuckSource } from '../graphql/support/progress.ts';

const gateway = await createTestGateway();
const server = await startTestServer(gateway.database, {
  services: { followProgress: (runId, signal) => gateway.follow(runId, signal) },
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const authorization = `Bearer ${adminToken}`;

function openClient(
  options: { url?: string; headers?: Record<string, string>; params?: Record<string, unknown> } = {},
): Client {
  const { headers = {}, params = { authorization } } = options;
  class Socket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers });
    }
  }
  return createClient({
    url: `${(options.url ?? server.url).replace('http', 'ws')}/graphql`,
    connectionParams: params,
    webSocketImpl: Socket,
    retryAttempts: 0,
  });
}

/** All that comes until the operation completes. */
async function read(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const results = await Array.fromAsync(client.iterate({ query, variables }));
  await client.dispose();
  return results;
}

const FOLLOW = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { sequence status percent } }';

test('a run is followed to its end over a WebSocket', async () => {
  const { siteId } = await gateway.addDemoSite();
  const { runId } = await gateway.request(siteId);
  const results = await read(openClient(), FOLLOW, { runId: `SyncRun:${runId}` });
  expect(results.at(-1)).toMatchObject({ data: { syncProgress: { status: 'SUCCEEDED', percent: 100 } } });
});

test('queries are answered too', async () => {
  expect(await read(openClient(), '{ __typename }')).toEqual([
    { data: { __typename: 'Query' }, extensions: { cost: { requested: 1, limit: 50_000 } } },
  ]);
});

test.each([
  ['the header of the upgrade', { headers: bearer, params: {} }],
  ['the first message', { params: { authorization } }],
  ['the first message, capitalised', { params: { Authorization: authorization } }],
])('the token may come in %s', async (_where, options) => {
  expect(await read(openClient(options), '{ __typename }')).toHaveLength(1);
});

async function sessionCookie(): Promise<string> {
  const response = await fetch(`${server.url}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ token: adminToken }),
    headers: { Origin: server.url },
    redirect: 'manual',
  });
  return response.headers.get('Set-Cookie')?.split(';')[0] ?? '';
}

test('a page of our own may come with its session', async () => {
  const headers = { Cookie: await sessionCookie(), Origin: server.url };
  expect(await read(openClient({ headers, params: {} }), '{ __typename }')).toHaveLength(1);
});

const forbidden = expect.objectContaining({ code: CloseCode.Forbidden });

test.each([{}, { authorization: 'Bearer wrong' }, { authorization: adminToken }, { authorization: 1 }])(
  'a client with %j is turned away',
  async (params) => {
    await expect(read(openClient({ params }), '{ __typename }')).rejects.toEqual(forbidden);
  },
);

test.each(['http://127.0.0.1:1', 'http://evil.example', 'null', undefined])(
  'the session of a page at %s counts for nothing',
  async (origin) => {
    const headers = { Cookie: await sessionCookie(), ...(origin === undefined ? {} : { Origin: origin }) };
    await expect(read(openClient({ headers, params: {} }), '{ __typename }')).rejects.toEqual(forbidden);
  },
);

test.each([
  ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['{ sites ', 'GRAPHQL_PARSE_FAILED'],
  [`{ ${Array.from({ length: 21 }, (_, n) => `a${n}: __typename`).join(' ')} }`, 'ROOT_FIELD_LIMIT_EXCEEDED'],
  ['{ sites(first: 0) { totalCount } }', 'BAD_USER_INPUT'],
  [FOLLOW, 'RUN_NOT_FOUND'],
])('%s is an error with a code and a request id', async (query, code) => {
  const variables = { runId: 'SyncRun:00000000-0000-7000-8000-000000000000' };
  const results = await read(openClient(), query, variables).catch((errors: unknown) => [{ errors }]);
  expect(results).toMatchObject([{ errors: [{ extensions: { code, requestId: expect.any(String) } }] }]);
  expect(JSON.stringify(results)).not.toContain('"http"');
});

test('the source ends when the client unsubscribes, and when its socket is gone', async () => {
  for (const leave of ['unsubscribe', 'disconnect'] as const) {
    const { followProgress, ended } = stuckSource();
    await using stuck = await startTestServer(gateway.database, { services: { followProgress } });
    const client = openClient({ url: stuck.url });
    const events = client.iterate({ query: FOLLOW, variables: { runId: `SyncRun:${someRunId}` } });
    await events.next();
    if (leave === 'unsubscribe') await events.return?.();
    else client.terminate();
    await ended;
    await client.dispose();
  }
  expect.assertions(0);
});

test('closing the server closes its sockets', async () => {
  const { followProgress, ended } = stuckSource();
  const stuck = await startTestServer(gateway.database, { services: { followProgress } });
  const client = openClient({ url: stuck.url });
  const events = client.iterate({ query: FOLLOW, variables: { runId: `SyncRun:${someRunId}` } });
  await events.next();
  const next = events.next();
  const began = performance.now();
  const [outcome] = await Promise.allSettled([next, stuck[Symbol.asyncDispose]()]);
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 1001 } });
  expect(performance.now() - began).toBeLessThan(4_000);
  await ended;
});

function rawSocket(path: string, protocols: string[], headers: Record<string, string> = bearer) {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, protocols, { headers });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', resolve);
    socket.once('error', () => resolve(-1));
  });
  return { socket, closed };
}

test('sockets elsewhere, of other protocols, with large or broken messages are closed', async () => {
  expect(await rawSocket('/elsewhere', ['graphql-transport-ws']).closed).toBe(-1);
  expect(await rawSocket('/graphql', ['something-else']).closed).toBe(-1);
  const large = rawSocket('/graphql', ['graphql-transport-ws']);
  large.socket.once('open', () => large.socket.send('x'.repeat(2_000_000)));
  expect(await large.closed).toBe(1009);
  const broken = rawSocket('/graphql', ['graphql-transport-ws']);
  broken.socket.once('open', () => broken.socket.send('{'));
  expect(await broken.closed).toBe(CloseCode.BadRequest);
  const silent = rawSocket('/graphql', ['graphql-transport-ws'], {});
  expect(await silent.closed).toBe(CloseCode.ConnectionInitialisationTimeout);
});
