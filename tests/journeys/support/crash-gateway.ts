import { Client } from 'pg';
import { pino } from 'pino';
import { vi } from 'vitest';

import { createScratchDirectory } from '../../../src/core/scratch-directory.ts';
import type { Database } from '../../../src/db/client.ts';
import {
  startDemoSite,
  type DemoSite,
  type DemoSiteOptions,
} from '../../../src/demo-site/start-demo-site.ts';
import { CHANNEL } from '../../../src/events/topics.ts';
import { openQueue } from '../../../src/queue/queue.ts';
import { addSite } from '../../../src/registry/add-site.ts';
import { requestSync } from '../../../src/sync/request-sync.ts';
import { runMain, type Command } from '../../support/gateway-process.ts';
import { PAGE_ROWS } from './crash-site.ts';

export const TOKEN = 'a-token-for-this-test';

const secretKey = Buffer.alloc(32, 7);
const silent = pino({ level: 'silent' });

/** A database and a site, on which processes of the gateway are started, killed and started again. */
export interface CrashGateway extends AsyncDisposable {
  readonly database: Database;
  readonly site: DemoSite;
  readonly siteId: number;
  /** Starts a process. */
  launch(role: 'worker' | 'server' | 'all'): Command;
  /** Starts a process, and waits until it is ready. */
  start(role: 'worker' | 'server' | 'all'): Promise<Command>;
  /** Asks for a sync of the site, and tells its run. */
  request(): Promise<string>;
  /** Calls back in the moment when the site is asked for the n-th time from now, before it answers. */
  onRequest(count: number, strike: () => void): void;
}

export async function createCrashGateway(
  database: Database,
  options: DemoSiteOptions,
): Promise<CrashGateway> {
  const stack = new AsyncDisposableStack();
  const dataDir = stack.use(createScratchDirectory());
  let seen = (): void => undefined;
  const site = stack.use(await startDemoSite({ ...options, onRequest: () => seen() }));
  const { id: siteId } = await addSite(
    { database, secretKey },
    { name: 'Galerie', url: site.url, key: options.apiKey },
  );
  const launch: CrashGateway['launch'] = (role) =>
    stack.use(
      runMain('serve.ts', [], {
        CIMAISE_DATA_DIR: dataDir.path,
        DATABASE_URL: database.url,
        ADMIN_TOKEN: TOKEN,
        SECRET_KEY: secretKey.toString('base64'),
        SYNC_PAGE_ROWS: String(PAGE_ROWS),
        PORT: '0',
        ROLE: role,
      }),
    );
  return {
    database,
    site,
    siteId,
    launch,
    async start(role) {
      const command = launch(role);
      await command.hasPrinted(role === 'worker' ? /works on jobs/ : /Cimaise serves/);
      return command;
    },
    async request() {
      await using queue = await openQueue(database.url, silent);
      return (await requestSync({ database, queue }, { siteId, entities: null })).runId;
    },
    onRequest(count, strike) {
      let left = count;
      seen = () => {
        if (--left === 0) strike();
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Calls back when the n-th commit from now is heard of. */
export async function onCommit(
  { url }: Database,
  count: number,
  strike: () => void,
): Promise<AsyncDisposable> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  let left = count;
  client.on('notification', () => {
    if (--left === 0) strike();
  });
  await client.connect();
  await client.query(`LISTEN ${CHANNEL}`);
  return { [Symbol.asyncDispose]: () => client.end() };
}

/** Lets the heartbeats of dead workers run out, as if the time had passed. */
export async function letHeartbeatsRunOut({ pool }: Database): Promise<void> {
  await pool.query(
    `UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 hour' WHERE state = 'active'`,
  );
  await pool.query('UPDATE pgboss.queue SET monitor_claim_on = NULL, monitor_on = NULL');
}

/** Waits for the end of the run; the database may be away for a while. */
export async function untilRunEnded({ prisma }: Database, runId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { endedAt, status } = await prisma.syncRun.findUniqueOrThrow({ where: { id: runId } });
      if (endedAt === null) throw new Error(`the run is ${status}`);
    },
    { timeout: 60_000, interval: 50 },
  );
}
