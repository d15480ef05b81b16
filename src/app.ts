import type { Config, Secrets } from './config.ts';
import { StartError } from './core/errors.ts';
import type { Logger } from './core/logger.ts';
import { deriveKey } from './core/secrets.ts';
import { openDatabase, type Database } from './db/client.ts';
import { startEmbeddedDatabase } from './db/embedded.ts';
import { migrate } from './db/migrate.ts';
import { watchPostgres } from './db/watch-postgres.ts';
import { openEventBus } from './events/bus.ts';
import { openQueue, type Queue } from './queue/queue.ts';
import { addSite } from './registry/add-site.ts';
import { updateSite } from './registry/update-site.ts';
import { cancelSync } from './sync/cancel-sync.ts';
import { confirmDeletions, discardDeletions } from './sync/decide-hold.ts';
import { openProgressFeed, type ProgressFeed } from './sync/follow-progress.ts';
import { removeSite } from './sync/remove-site.ts';
import { requestSync } from './sync/request-sync.ts';
import { workOnSyncSite } from './tasks/sync-site.ts';
import { createTemplateClient } from './template/client.ts';
import { createTemplateAgent } from './template/http.ts';
import { defaultLimits } from './template/limits.ts';
import { defaultRetries } from './template/retry-policy.ts';
import { createSiteBreakers } from './template/site-breakers.ts';
import type { GraphQLServices } from './graphql/context.ts';
import { readPersistedOperations } from './graphql/persisted-operations.ts';
import { startHttpServer } from './http/server.ts';

export interface App extends AsyncDisposable {
  readonly database: Database;
  readonly services: GraphQLServices;
  /** Where the API is served; null for a worker. */
  readonly url: string | null;
}

/**
 * Builds and starts everything, in order: the only place where the parts are wired. Disposing it stops all of it in
 * the opposite order; a start that fails half-way stops what had started.
 *
 * @param onFailure called when the embedded database ended under it: nothing works any more, nor can be put away
 * @throws StartError
 */
export async function createApp(
  config: Config,
  secrets: Secrets,
  logger: Logger,
  onFailure: (failure: StartError) => void,
): Promise<App> {
  await using starting = new AsyncDisposableStack();
  const databaseUrl =
    secrets.databaseUrl ?? (await startOwnDatabase(starting, config.dataDir, logger, onFailure));
  await migrate(databaseUrl);

  const { role, sync } = config;
  const database = starting.use(
    openDatabase(databaseUrl, {
      applicationName: `cimaise-${role}`,
      connections: 10 + sync.concurrency,
      onError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
    }),
  );
  const events = starting.use(await openEventBus(databaseUrl, logger));
  const queue = starting.use(await openQueue(databaseUrl, logger));
  const progress = starting.use(openProgressFeed({ database, events, logger }));
  const { secretKey } = secrets;

  if (role !== 'server') {
    const limits = {
      ...defaultLimits,
      listCallMs: sync.callTimeoutMs,
      requestsAtOnce: sync.requestsAtOnce,
    };
    const dispatcher = createTemplateAgent(limits);
    starting.defer(() => dispatcher.destroy());
    const template = createTemplateClient({ dispatcher, limits });
    const patience = { retries: defaultRetries, breakers: createSiteBreakers() };
    const { pageRows, strict } = sync;
    await workOnSyncSite(
      queue,
      { database, events, secretKey, template, patience, pageRows, strict, logger },
      sync,
    );
  }
  const { staleAfterMinutes, sites } = config;
  const services = createServices({ database, queue, progress, secretKey, staleAfterMinutes, sites, logger });
  const server =
    role === 'worker'
      ? null
      : starting.use(
          await startHttpServer({
            config: config.http,
            adminToken: secrets.adminToken,
            services,
            logger,
            persistedOperations: await readPersistedOperations(config.persistedOperations),
          }),
        );
  const started = starting.move();
  return {
    database,
    services,
    url: server?.url ?? null,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** What the API is given, over parts that have started. */
export function createServices(deps: {
  database: Database;
  queue: Queue;
  progress: ProgressFeed;
  secretKey: Buffer;
  staleAfterMinutes: number;
  logger: Logger;
  sites: Config['sites'];
}): GraphQLServices {
  const { database, progress, staleAfterMinutes, sites } = deps;
  return {
    database,
    cursorKey: deriveKey(deps.secretKey, 'cursors'),
    staleAfterMinutes,
    revenueStatuses: sites.revenueStatuses,
    addSite: (input) => addSite(deps, { ...input, timeZone: input.timeZone ?? sites.timeZone }),
    requestSync: (input) => requestSync(deps, input),
    cancelSync: (runId) => cancelSync(deps, runId),
    removeSite: (siteId) => removeSite(deps, siteId),
    updateSite: (siteId, changes) => updateSite(database, siteId, changes),
    confirmDeletions: (holdId) => confirmDeletions(database, holdId),
    discardDeletions: (holdId) => discardDeletions(database, holdId),
    followProgress: (runId, signal, after) => progress.followRun(runId, signal, after),
    followActivity: (signal) => progress.followAll(signal),
  };
}

async function startOwnDatabase(
  stack: AsyncDisposableStack,
  dataDir: string,
  logger: Logger,
  onFailure: (failure: StartError) => void,
): Promise<string> {
  const embedded = await startEmbeddedDatabase(dataDir);
  stack.defer(() => embedded.stop());
  if (embedded.adopted) logger.info('took over the database that was running already');
  const ended =
    'The embedded PostgreSQL has ended unexpectedly: start Cimaise again, it goes on where it was; ' +
    `why is in the log ${embedded.logFile}.`;
  stack.use(await watchPostgres(embedded.url, () => onFailure(new StartError(ended))));
  return embedded.url;
}
