import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import { expect, inject } from 'vitest';

import { openDatabase, type Database } from '../../src/db/client.ts';

/** A migrated, empty database of its own. Disposing it drops it, whoever is still connected. */
export async function createTestDatabase(): Promise<Database> {
  const templateUrl = new URL(inject('templateUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(templateUrl), { pathname: `/${name}` }).href;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${templateUrl.pathname.slice(1)}`);
  const database = openDatabase(url, { applicationName: 'test', connections: 10, onError: () => undefined });
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Waits until a statement of someone waits for a lock. */
export async function untilWaitingForLock({ pool }: Database): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await pool.query(waiting)).rowCount).toBeGreaterThan(0);
}

async function administer(statement: string): Promise<void> {
  const client = new Client({
    connectionString: Object.assign(new URL(inject('templateUrl')), { pathname: '/postgres' }).href,
  });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
