import { afterAll, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { bearer, json, startTestServer, typename } from './support/server.ts';

const database = await createTestDatabase();
const closed = await startTestServer(database);
const open = await startTestServer(database, { corsOrigins: ['https://admin.example'] });
afterAll(async () => {
  await closed[Symbol.asyncDispose]();
  await open[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const preflight = (url: string, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
  });

const ask = (url: string, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...json, ...bearer, Origin: origin },
    body: typename,
  });

const corsHeadersOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

test('no origin may call unless it is listed', async () => {
  for (const [url, origin] of [
    [closed.url, 'https://admin.example'],
    [open.url, 'https://evil.example'],
    [open.url, 'https://admin.example.evil.example'],
    [open.url, 'null'],
  ] as const) {
    const answer = await preflight(url, origin);
    expect([answer.status, corsHeadersOf(answer)]).toEqual([401, {}]);
    expect(corsHeadersOf(await ask(url, origin))).toEqual({});
  }
});

test('a listed origin may call with a token, never with cookies', async () => {
  const answer = await preflight(open.url, 'https://admin.example');
  expect(answer.status).toBe(204);
  expect(corsHeadersOf(answer)).toEqual({
    'access-control-allow-origin': 'https://admin.example',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'Authorization, Content-Type, If-None-Match',
    'access-control-expose-headers': 'Cache-Status, ETag, X-Request-Id',
    'access-control-max-age': '600',
  });
  const response = await ask(open.url, 'https://admin.example');
  expect(response.status).toBe(200);
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://admin.example');
  expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
  expect(response.headers.get('Vary')).toContain('Origin');
});
