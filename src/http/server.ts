import { type Server, createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import type { Config } from '../config.ts';
import { StartError, messageOf, systemCodeOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { openReadingPool } from '../db/client.ts';
import type { GraphQLServices } from '../graphql/context.ts';
import { createGraphQL } from '../graphql/create-graphql.ts';
import { createPlannedOperations } from '../graphql/plans/planned-operations.ts';
import { type PersistedOperations, noPersistedOperations } from '../graphql/persisted-operations.ts';
import { createAuthentication } from './authentication.ts';
import { trackConnections } from './connections.ts';
import { createFailedAttempts } from './failed-attempts.ts';
import { createKeptAnswers } from './kept-answers.ts';
import { createRouter } from './router.ts';
import { createSessions } from './session.ts';
import { serveWebSockets } from './web-socket.ts';

const CLOSE_DEADLINE_MS = 5_000;
const STALLED_AFTER_MS = 30_000;
const READING_CONNECTIONS = 8;

export interface HttpServerOptions {
  config: Config['http'];
  adminToken: string;
  services: GraphQLServices;
  logger: Logger;
  /** None, and any operation may be sent. */
  persistedOperations?: PersistedOperations;
  /** Streams of events whose client takes nothing for so long are cut; 30 seconds. */
  stalledAfterMs?: number;
}

export interface HttpServer extends AsyncDisposable {
  /** Where it listens, with the port it really got. */
  readonly url: string;
}

/**
 * Serves the API until it is disposed: then no request comes in any more, live streams end at once, and what is
 * under way has five seconds.
 *
 * @throws StartError when it cannot listen
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { config, adminToken, services, logger, persistedOperations = noPersistedOperations } = options;
  const yoga = createGraphQL(services, { logger, persistedOperations });
  const sessions = createSessions(adminToken);
  const readingPool = openReadingPool(services.database.url, {
    applicationName: 'cimaise',
    connections: READING_CONNECTIONS,
    onError: (error) => logger.warn({ err: error }, 'an idle connection to the database broke'),
  });
  const authentication = createAuthentication(adminToken, sessions);
  const server = createServer(
    {
      headersTimeout: 20_000,
      requestTimeout: 60_000,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 10_000,
    },
    createRouter({
      yoga,
      planned: createPlannedOperations(
        { yoga, persistedOperations },
        { pool: readingPool, cursorKey: services.cursorKey, logger },
      ),
      keptAnswers: createKeptAnswers(services.database.pool, config.responseCacheMb),
      persistedOperations,
      authentication,
      sessions,
      failedAttempts: createFailedAttempts(),
      database: services.database,
      corsOrigins: config.corsOrigins,
      logger,
    }),
  );
  const sockets = serveWebSockets(server, { yoga, persistedOperations, authentication, logger });
  const connections = trackConnections(server, options.stalledAfterMs ?? STALLED_AFTER_MS);
  const port = await listen(server, config);
  return {
    url: `http://${nameOf(config.host)}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      sockets.close();
      connections.endWhenAnswered();
      const deadline = new AbortController();
      await Promise.race([closed, wait(CLOSE_DEADLINE_MS, undefined, { signal: deadline.signal })]);
      deadline.abort();
      connections.destroy();
      sockets.terminate();
      await closed;
      await yoga.dispose();
      await readingPool.end();
    },
  };
}

async function listen(server: Server, { host, port }: Config['http']): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw new StartError(sentenceFor(cause, host, port), { cause });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** The name people type, where there is one. */
function nameOf(host: string): string {
  if (host === '127.0.0.1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function sentenceFor(cause: unknown, host: string, port: number): string {
  const code = systemCodeOf(cause);
  if (code === 'EADDRINUSE') return `Port ${port} is in use: stop what uses it, or set PORT to another.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user: set PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${host} is no address of this machine: set HOST to one, such as 127.0.0.1.`;
  }
  return `Cannot listen on ${host}:${port}: ${messageOf(cause)}.`;
}
