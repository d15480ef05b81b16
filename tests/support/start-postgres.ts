import { Client } from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { openQueue } from '../../src/queue/queue.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the database that test databases are cloned from; nobody stays connected to it. */
    templateUrl: string;
  }
}

/** One PostgreSQL for all tests, with a migrated database to clone. Stopped and removed at the end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = createScratchDirectory();
  const postgres = await startEmbeddedDatabase(dataDir.path);
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    await client.query(`ALTER SYSTEM SET ${setting} = off`); // nothing here outlives the tests
  }
  await client.query('SELECT pg_reload_conf()');
  await client.end();

  await migrate(postgres.url);
  await (await openQueue(postgres.url, pino({ level: 'silent' })))[Symbol.asyncDispose]();
  project.provide('templateUrl', postgres.url);
  return async () => {
    await postgres.stop();
    dataDir[Symbol.dispose]();
  };
}
