import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { pino } from 'pino';
import { vi } from 'vitest';

import { createScratchDirectory } from '../../../src/core/scratch-directory.ts';
import { openDatabase, type Database } from '../../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../../src/db/embedded.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { openQueue } from '../../../src/queue/queue.ts';

const run = promisify(execFile);

/** A PostgreSQL for one test alone, to be killed: `database` is migrated and empty. */
export interface OwnPostgres extends AsyncDisposable {
  readonly database: Database;
  readonly postmaster: () => number;
  /** Starts it again where it was, on the port it had. */
  startAgain(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const stack = new AsyncDisposableStack();
  const { path: dataDir } = stack.use(createScratchDirectory());
  const postgres = await startEmbeddedDatabase(dataDir);
  stack.defer(() => postgres.stop());
  await migrate(postgres.url);
  await (await openQueue(postgres.url, pino({ level: 'silent' })))[Symbol.asyncDispose]();
  const database = stack.use(
    openDatabase(postgres.url, { applicationName: 'test', connections: 4, onError: () => undefined }),
  );
  const clusterDir = join(dataDir, 'postgres');
  return {
    database,
    postmaster: () => postmasterOf(dataDir),
    async startAgain() {
      const [program = '', ...args] = commandOf(clusterDir);
      const { uid, gid } = statSync(clusterDir);
      const options = ['--wait', `--pgdata=${clusterDir}`, `--log=${join(clusterDir, 'postgres.log')}`];
      const flags = `--options=${args
        .slice(args.indexOf('-c'))
        .map((word) => `'${word}'`)
        .join(' ')}`;
      const start = () =>
        run(join(dirname(program), 'pg_ctl'), ['start', ...options, flags], { uid, gid, cwd: '/' });
      await vi.waitFor(start, { timeout: 20_000 }); // its last children hold its memory for a moment
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

/** The command that PostgreSQL was started with, word by word. */
function commandOf(clusterDir: string): string[] {
  const words = readFileSync(join(clusterDir, 'postmaster.opts'), 'utf8').matchAll(/"([^"]*)"|\S+/g);
  return [...words].map(([word, quoted]) => quoted ?? word);
}
