import { connect } from 'node:net';

import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';

import { StartError } from '../../src/core/errors.ts';
import { startHttpServer } from '../../src/http/server.ts';
import { eventsOf } from '../graphql/support/events.ts';
import { readingOnly } from '../graphql/support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { adminToken, bearer, json, startTestServer } from './support/server.ts';
import { someRunId, stuckSource } from '../graphql/support/progress.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());

test('a port in use is one sentence that names it', async () => {
  await using first = await startTestServer(database);
  const port = Number(new URL(first.url).port);
  const second = startHttpServer({
    config: { host: '127.0.0.1', port, corsOrigins: [], responseCacheMb: 0 },
    adminToken,
    services: readingOnly(database),
    logger: pino({ level: 'silent' }),
  });
  await expect(second).rejects.toThrow(
    new StartError(`Port ${port} is in use: stop what uses it, or set PORT to another.`),
  );
});

test('an address that this machine does not have is one sentence', async () => {
  const start = startHttpServer({
    config: { host: '192.0.2.1', port: 0, corsOrigins: [], responseCacheMb: 0 },
    adminToken,
    services: readingOnly(database),
    logger: pino({ level: 'silent' }),
  });
  await expect(start).rejects.toThrow('192.0.2.1 is no address of this machine');
});

const follow = (url: string, signal?: AbortSignal) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...bearer, ...json, Accept: 'text/event-stream' },
    body: JSON.stringify({
      query: `subscription { syncProgress(runId: "SyncRun:${someRunId}") { sequence } }`,
    }),
    ...(signal === undefined ? {} : { signal }),
  });

test('a stream ends its source when the client breaks off', async () => {
  const { followProgress, ended } = stuckSource();
  await using server = await startTestServer(database, { services: { followProgress } });
  const client = new AbortController();
  const events = eventsOf(await follow(server.url, client.signal));
  expect((await events.next()).value).toMatchObject({ event: 'next' });
  client.abort();
  await ended;
});

test('closing ends open streams and idle connections, without waiting for their clients', async () => {
  const { followProgress, ended } = stuckSource();
  const server = await startTestServer(database, { services: { followProgress } });
  const events = eventsOf(await follow(server.url));
  await events.next();
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1');
  await new Promise((resolve) => idle.once('connect', resolve));
  const began = performance.now();
  await server[Symbol.asyncDispose]();
  expect(performance.now() - began).toBeLessThan(4_000);
  await ended;
  await expect(events.next()).rejects.toThrow('terminated');
  idle.destroy();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed');
});

test('closing lets an operation under way come to its end', async () => {
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<{ id: number }>();
  const addSite = () => {
    begun.resolve();
    return finish.promise;
  };
  const server = await startTestServer(database, { services: { addSite } });
  const answer = fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { ...bearer, ...json },
    body: JSON.stringify({
      query: 'mutation { addSite(input: { name: "a", url: "b", key: "c" }) { __typename } }',
    }),
  });
  await begun.promise;
  const began = performance.now();
  const closed = server[Symbol.asyncDispose]();
  finish.resolve({ id: 1 });
  expect(await (await answer).json()).toMatchObject({ data: { addSite: { __typename: 'AddSitePayload' } } });
  await closed;
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('an answer says that it is not to be kept, framed or guessed about', async () => {
  await using server = await startTestServer(database);
  const { headers } = await fetch(`${server.url}/graphql`, { headers: { Accept: 'text/html' } });
  expect(headers.get('Cache-Control')).toBe('no-store');
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
});

test.each([
  ['Host: a b', '/graphql?query={__typename}', 400],
  ['Host: [', '/graphql?query={__typename}', 400],
  ['Host: x', 'http://evil.example/graphql?query={__typename}', 404],
  ['Host: x', '//evil.example/graphql?query={__typename}', 404],
  ['Host: x', '/graphql?query={__typename}', 200],
])('%s with the address %s is answered %i', async (host, address, status) => {
  await using server = await startTestServer(database);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(`GET ${address} HTTP/1.1\r\n${host}\r\nAuthorization: ${bearer.Authorization}\r\n`);
  socket.write('Connection: close\r\n\r\n');
  const answer = (await Array.fromAsync(socket, String)).join('');
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).not.toContain('TypeError');
});
