import { type Logger, pino } from 'pino';

import type { Database } from '../../../src/db/client.ts';
import type { GraphQLServices } from '../../../src/graphql/context.ts';
import type { PersistedOperations } from '../../../src/graphql/persisted-operations.ts';
import { type HttpServer, startHttpServer } from '../../../src/http/server.ts';
import { readingOnly } from '../../graphql/support/api.ts';

export const adminToken = 'an-admin-token-for-tests';
export const bearer = { Authorization: `Bearer ${adminToken}` };
export const json = { 'Content-Type': 'application/json' };

export interface TestServerOptions {
  services?: Partial<GraphQLServices>;
  corsOrigins?: string[];
  responseCacheMb?: number;
  logger?: Logger;
  stalledAfterMs?: number;
  persistedOperations?: PersistedOperations;
}

/** The real server, on a free port. */
export function startTestServer(database: Database, options: TestServerOptions = {}): Promise<HttpServer> {
  return startHttpServer({
    config: {
      host: '127.0.0.1',
      port: 0,
      corsOrigins: options.corsOrigins ?? [],
      responseCacheMb: options.responseCacheMb ?? 32,
    },
    adminToken,
    services: { ...readingOnly(database), ...options.services },
    logger: options.logger ?? pino({ level: 'silent' }),
    ...(options.persistedOperations === undefined
      ? {}
      : { persistedOperations: options.persistedOperations }),
    ...(options.stalledAfterMs === undefined ? {} : { stalledAfterMs: options.stalledAfterMs }),
  });
}

export const typename = JSON.stringify({ query: '{ __typename }' });

/** The status of an operation sent with these headers. */
export async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  const init = { method: 'POST', headers: { ...json, ...headers }, body: typename };
  return (await fetch(`${url}/graphql`, init)).status;
}
