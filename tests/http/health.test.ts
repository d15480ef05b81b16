import { expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { startTestServer } from './support/server.ts';

test('health and readiness are told without a token', async () => {
  await using database = await createTestDatabase();
  await using server = await startTestServer(database);
  const health = await fetch(`${server.url}/health`);
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
  const ready = await fetch(`${server.url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
  expect((await fetch(`${server.url}/health`, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(`${server.url}/health`, { method: 'POST' })).status).toBe(401);
});

test('without its database the server is healthy and not ready, and says nothing about the database', async () => {
  const database = await createTestDatabase();
  await using server = await startTestServer(database);
  await database[Symbol.asyncDispose]();
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  const ready = await fetch(`${server.url}/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({
    status: 'unavailable',
    reason: 'The database does not answer.',
  });
});
