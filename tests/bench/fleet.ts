import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { pino } from 'pino';

import { readConfig } from '../../src/config.ts';
import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { openDatabase, type Database } from '../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { syncSiteJob } from '../../src/queue/definitions.ts';
import { openQueue, type Queue } from '../../src/queue/queue.ts';
import { addSite } from '../../src/registry/add-site.ts';
import { requestSync } from '../../src/sync/request-sync.ts';
import { cpuMsOf, cpuMsOfPostgres } from './cpu.ts';
import { startFleet, startWorker } from './processes.ts';

const SITES = 300;
const ROWS = 300;
const ROWS_OF_SITE = { paintings: 150, users: 60, orders: 60, exhibitions: 20, customRequests: 10 };
const SINGLE_SYNCS = 100;
const LONG_REST_MS = 11_000; // longer than connections are kept open
const LONG_REST_EVERY = 20;

/**
 * One worker, started as `npm start` does, with 300 sites of 300 rows to sync for the first time; the demo sites are
 * a process of their own, whose CPU is not counted, and the requests come from this one.
 *
 * - `sitesPerSecond`: from the first request to the end of the last run. All are asked for at once, of a worker that
 *   is up but has done nothing yet.
 * - `cpuMsPerSite`: user and system time, over that span, of the worker and of all of PostgreSQL together; also each
 *   of them alone.
 * - `queueCpuMsPerSite`: what the queue alone costs. As many jobs of the same kind, by the same queue code, as many at
 *   a time and as long as the runs were, which do nothing but wait: enqueued (in a transaction of their own), fetched,
 *   completed, with polling, heartbeats and pg-boss' upkeep over that time. CPU of that process, from before the
 *   first job is enqueued, and of all of PostgreSQL; nothing else runs.
 * - `startLatencyMs`: of single syncs on a worker that has nothing else to do, from before the request's transaction
 *   (so with it) until the run began; both by the database's clock. One in twenty comes after 11 s of silence, when
 *   connections have been closed.
 */
export async function benchFleet(): Promise<object> {
  await using stack = new AsyncDisposableStack();
  const { path: dataDir } = stack.use(createScratchDirectory());
  const postgres = await startEmbeddedDatabase(dataDir);
  stack.defer(() => postgres.stop());

  const synced = await measureSyncs(postgres.url, dataDir);
  const queueCpuMsPerSite = await measureQueue(postgres.url, dataDir, synced.runMs);
  return { sites: SITES, rowsPerSite: ROWS, ...synced, queueCpuMsPerSite };
}

async function measureSyncs(databaseUrl: string, dataDir: string) {
  await using stack = new AsyncDisposableStack();
  const fleet = stack.use(await startFleet(SITES, ROWS_OF_SITE));
  const worker = stack.use(await startWorker(databaseUrl, dataDir));
  const database = stack.use(openBenchDatabase(databaseUrl));
  const queue = stack.use(await openQueue(databaseUrl, pino({ level: 'warn' })));
  const { secrets } = readConfig({ CIMAISE_DATA_DIR: dataDir }); // the worker's too: they lie in that directory
  const siteIds: number[] = [];
  for (const url of fleet.urls) {
    const site = { name: 'Bench', url, key: 'demo-key-of-this-site' };
    siteIds.push((await addSite({ database, secretKey: secrets.secretKey }, site)).id);
  }

  const before = { worker: cpuMsOf(worker.pid), postgres: cpuMsOfPostgres(dataDir) };
  const began = performance.now();
  const runs = await Promise.all(
    siteIds.map((siteId) => requestSync({ database, queue }, { siteId, entities: null })),
  );
  const { runMs } = await untilEnded(
    database,
    runs.map(({ runId }) => runId),
  );
  const seconds = (performance.now() - began) / 1_000;
  const workerCpuMs = cpuMsOf(worker.pid) - before.worker;
  const postgresCpuMs = cpuMsOfPostgres(dataDir) - before.postgres;
  await checkRows(database);
  process.stderr.write(`all sites synced in ${seconds.toFixed(1)} s\n`);

  const latencies = await measureStarts(database, queue, siteIds);
  return {
    sitesPerSecond: round(SITES / seconds),
    runMs,
    cpuMsPerSite: round((workerCpuMs + postgresCpuMs) / SITES),
    workerCpuMsPerSite: round(workerCpuMs / SITES),
    postgresCpuMsPerSite: round(postgresCpuMs / SITES),
    startLatencyMsP50: percentile(latencies, 0.5),
    startLatencyMsP99: percentile(latencies, 0.99),
  };
}

/** Waits until all have ended, and fails unless all succeeded. @returns how long a run took, the mean, in ms */
async function untilEnded({ pool }: Database, runIds: readonly string[]): Promise<{ runMs: number }> {
  for (;;) {
    const { rows } = await pool.query<{ open: number; failed: number; runMs: number }>(
      `SELECT count(*) FILTER (WHERE ended_at IS NULL)::int AS open,
         count(*) FILTER (WHERE ended_at IS NOT NULL AND status <> 'SUCCEEDED')::int AS failed,
         round(extract(epoch FROM avg(ended_at - started_at)) * 1000)::int AS "runMs"
       FROM sync_run WHERE id = ANY ($1::uuid[])`,
      [runIds],
    );
    const [{ open, failed, runMs } = { open: 0, failed: 1, runMs: 0 }] = rows;
    if (failed > 0) throw new Error(`Expected all runs to succeed, ${failed} did not.`);
    if (open === 0) return { runMs };
    await delay(runIds.length > 1 ? 50 : 10);
  }
}

async function checkRows({ pool }: Database): Promise<void> {
  const { rows } = await pool.query<{ stored: number }>(
    `SELECT sum(stored)::int AS stored FROM (
       SELECT count(*) AS stored FROM painting UNION ALL SELECT count(*) FROM "user" UNION ALL
       SELECT count(*) FROM "order" UNION ALL SELECT count(*) FROM exhibition UNION ALL
       SELECT count(*) FROM custom_request) AS tables`,
  );
  const stored = rows[0]?.stored;
  if (stored !== SITES * ROWS) throw new Error(`Expected ${SITES * ROWS} rows in the mirror, got ${stored}.`);
}

/** @returns how long each took to begin, in ms */
async function measureStarts(
  database: Database,
  queue: Queue,
  siteIds: readonly number[],
): Promise<number[]> {
  const latencies: number[] = [];
  for (const [index, siteId] of siteIds.slice(0, SINGLE_SYNCS).entries()) {
    // Not in step with anything that the worker does by itself.
    await delay(index % LONG_REST_EVERY === 0 ? LONG_REST_MS : 100 + Math.random() * 400);
    const asked = await database.pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    const { runId } = await requestSync({ database, queue }, { siteId, entities: null });
    await untilEnded(database, [runId]);
    const { rows } = await database.pool.query<{ ms: number }>(
      'SELECT extract(epoch FROM started_at - $2::timestamptz)::float8 * 1000 AS ms FROM sync_run WHERE id = $1',
      [runId, asked.rows[0]?.at],
    );
    latencies.push(rows[0]?.ms ?? Number.POSITIVE_INFINITY);
  }
  return latencies;
}

async function measureQueue(databaseUrl: string, dataDir: string, jobMs: number): Promise<number> {
  await using database = openBenchDatabase(databaseUrl);
  await using queue = await openQueue(databaseUrl, pino({ level: 'warn' }));
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let worked = 0;
  const { config } = readConfig({ CIMAISE_DATA_DIR: dataDir });
  await queue.work(syncSiteJob, config.sync.concurrency, async () => {
    await delay(jobMs);
    if (++worked === SITES) resolve();
  });
  const before = process.cpuUsage();
  const postgresBefore = cpuMsOfPostgres(dataDir);
  await Promise.all(
    Array.from({ length: SITES }, () =>
      database.prisma.$transaction((transaction) =>
        queue.enqueue(transaction, syncSiteJob, { runId: randomUUID() }),
      ),
    ),
  );
  await done;
  await untilCompleted(database);
  const { user, system } = process.cpuUsage(before);
  return round(((user + system) / 1_000 + cpuMsOfPostgres(dataDir) - postgresBefore) / SITES);
}

async function untilCompleted({ pool }: Database): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(`SELECT 1 FROM pgboss.job WHERE state < 'completed' LIMIT 1`);
    if (rowCount === 0) return;
    await delay(50);
  }
}

const openBenchDatabase = (url: string) =>
  openDatabase(url, { applicationName: 'bench', connections: 10, onError: () => undefined });

const round = (value: number) => Math.round(value * 10) / 10;

/** The smallest value that at least so large a part of all does not exceed. */
function percentile(values: readonly number[], part: number): number {
  return round(values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.NaN);
}
