import { auditServer } from 'graphql-http';
import { afterAll, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { bearer, startTestServer } from './support/server.ts';

const database = await createTestDatabase();
const server = await startTestServer(database);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('all 61 audits of GraphQL over HTTP pass, the optional ones too', async () => {
  const results = await auditServer({
    url: `${server.url}/graphql`,
    fetchFn: (input: string, init: RequestInit = {}) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), ...bearer } }),
  });
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.map((audit) => `${audit.id} ${audit.name}`)).toEqual([]);
  expect(results).toHaveLength(61);
});
