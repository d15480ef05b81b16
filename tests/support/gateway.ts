import { pino } from 'pino';

import { createServices } from '../../src/app.ts';
import { openEventBus } from '../../src/events/bus.ts';
import { openQueue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/db/client.ts';
import type { Entity } from '../../src/db/generated/prisma/enums.ts';
import { startDemoSite, type DemoSite, type DemoSiteOptions } from '../../src/demo-site/start-demo-site.ts';
import type { GraphQLServices } from '../../src/graphql/context.ts';
import { openProgressFeed, type ProgressFeed } from '../../src/sync/follow-progress.ts';
import type { SyncProgress } from '../../src/sync/reduce-progress.ts';
import type { SyncDependencies } from '../../src/sync/run-sync.ts';
import { workOnSyncSite } from '../../src/tasks/sync-site.ts';
import { createTemplateClient } from '../../src/template/client.ts';
import { createTemplateAgent } from '../../src/template/http.ts';
import { defaultRetries, type RetryOptions } from '../../src/template/retry-policy.ts';
import { createSiteBreakers, type BreakerOptions } from '../../src/template/site-breakers.ts';
import { defaultLimits, type TemplateLimits } from '../../src/template/limits.ts';
import { createTestDatabase } from './database.ts';

export interface GatewayOptions {
  limits?: Partial<TemplateLimits>;
  /** By default all retries are made, and none is waited for. */
  retries?: Partial<RetryOptions>;
  /** By default no site ever rests. */
  breakers?: BreakerOptions;
  pageRows?: number;
  strict?: boolean;
  /** By default a day. */
  staleAfterMinutes?: number;
  /** Workers of the queue; 0: jobs stay queued. */
  concurrency?: number;
}

/** The real parts of a gateway without HTTP, on a database of its own, with demo sites to sync from. */
export interface TestGateway extends AsyncDisposable {
  readonly database: Database;
  readonly deps: SyncDependencies;
  /** What the API is given. */
  readonly services: GraphQLServices;
  /** Starts a demo site and registers it. */
  addDemoSite(options?: Partial<DemoSiteOptions>): Promise<{ siteId: number; site: DemoSite }>;
  /** Registers any address. */
  addSite(url: string, key?: string): Promise<number>;
  request(siteId: number, entities?: readonly Entity[]): Promise<{ runId: string; joined: boolean }>;
  cancel(runId: string): Promise<void>;
  remove(siteId: number): Promise<{ name: string; url: string }>;
  readonly progress: ProgressFeed;
  follow(runId: string, signal?: AbortSignal, after?: number | null): AsyncGenerator<SyncProgress, void>;
  /** Syncs to the end, and tells the state the run ended in. */
  sync(siteId: number, entities?: readonly Entity[]): Promise<SyncProgress>;
}

export async function createTestGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const stack = new AsyncDisposableStack();
  const logger = pino({ level: 'silent' });
  const database = stack.use(await createTestDatabase());
  const events = stack.use(await openEventBus(database.url, logger));
  const queue = stack.use(await openQueue(database.url, logger));
  const limits = { ...defaultLimits, ...options.limits };
  const dispatcher = createTemplateAgent(limits);
  stack.defer(() => dispatcher.destroy());
  const deps: SyncDependencies = {
    database,
    events,
    secretKey: Buffer.alloc(32, 7),
    template: createTemplateClient({ dispatcher, limits }),
    patience: {
      retries: { ...defaultRetries, wait: () => Promise.resolve(), ...options.retries },
      breakers: createSiteBreakers(options.breakers ?? { failures: 1_000, restMs: 0 }),
    },
    pageRows: options.pageRows ?? 1_000,
    strict: options.strict ?? false,
    logger,
  };
  const { concurrency = 2 } = options;
  if (concurrency > 0) await workOnSyncSite(queue, deps, { concurrency, retentionDays: 400 });

  const progress = stack.use(openProgressFeed({ database, events, logger }));
  const services = createServices({
    ...deps,
    queue,
    progress,
    staleAfterMinutes: options.staleAfterMinutes ?? 1_440,
    sites: { timeZone: 'Europe/Paris', revenueStatuses: ['CONFIRMED', 'SHIPPED', 'DELIVERED'] },
  });
  const register = async (url: string, key = 'any-key') =>
    (await services.addSite({ name: 'A gallery', url, key })).id;
  const request = (siteId: number, entities?: readonly Entity[]) =>
    services.requestSync({ siteId, entities: entities === undefined ? null : [...entities] });
  const follow = (runId: string, signal = new AbortController().signal, after: number | null = null) =>
    progress.followRun(runId, signal, after);

  return {
    database,
    deps,
    services,
    request,
    progress,
    cancel: services.cancelSync,
    remove: services.removeSite,
    follow,
    addSite: register,
    async addDemoSite(demo = {}) {
      const site = await startDemoSite({ generation: 'v2', name: 'Galerie', apiKey: 'demo-key', ...demo });
      stack.defer(() => site.stop());
      return { siteId: await register(site.url, site.apiKey), site };
    },
    async sync(siteId, entities) {
      const { runId } = await request(siteId, entities);
      let last: SyncProgress | undefined;
      for await (const state of follow(runId)) last = state;
      if (last === undefined) throw new Error('the run told nothing');
      return last;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
