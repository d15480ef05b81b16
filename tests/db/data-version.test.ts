import { afterAll, describe, expect, test } from 'vitest';

import { transaction } from '../../src/db/client.ts';
import { createDataVersion } from '../../src/db/data-version.ts';
import { rowsOf } from '../graphql/support/rows.ts';
import { statementsOf } from '../graphql/support/statements.ts';
import { createTestDatabase, untilWaitingForLock } from '../support/database.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const { pool } = database;
const version = createDataVersion(pool);
const rows = rowsOf(database);
const siteId = await rows.site();
const otherId = await rows.site();

/** Whether the version after the work is another. */
async function moves(work: () => Promise<unknown>): Promise<boolean> {
  const before = await version();
  await work();
  return (await version()) !== before;
}

const rename = (name: string) => ({
  text: 'UPDATE site SET name = $1 WHERE id = $2',
  values: [name, siteId],
});

describe('the version of the data', () => {
  test('moves with every table that there is', async () => {
    const { rows: unwatched } = await pool.query(`
      SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('data_version', '_prisma_migrations')
        AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = tablename::regclass AND tgname = 'move_data_version')`);
    // A new table needs SELECT move_data_version_with('its_name') in the migration that makes it.
    expect(unwatched).toEqual([]);
  });

  test.each([
    ['an insert', `INSERT INTO site (name, url, sealed_key) VALUES ('N', 'https://new.example', 'sealed')`],
    ['an update', `UPDATE site SET name = name || '!'`],
    ['a deletion', `DELETE FROM site WHERE url = 'https://new.example'`],
    ['a truncation', 'TRUNCATE painting'],
  ])('moves with %s', async (_what, statement) => {
    expect(await moves(() => pool.query(statement))).toBe(true);
    expect(await moves(() => version())).toBe(false);
  });

  test('moves at the commit, and not before', async () => {
    await transaction(pool, async (client) => {
      expect(await moves(() => client.query(rename('not committed')))).toBe(false);
    });
    expect(await moves(() => transaction(pool, (client) => client.query(rename('committed'))))).toBe(true);
  });

  test('does not move with what was rolled back, nor with a statement that changed nothing', async () => {
    const rolledBack = transaction(pool, async (client) => {
      await client.query(rename('rolled back'));
      throw new Error('changed my mind');
    });
    expect(await moves(() => rolledBack.catch(() => undefined))).toBe(false);
    expect(await moves(() => pool.query('UPDATE site SET name = name WHERE id = 0'))).toBe(false);
  });

  test('moves with what comes after a savepoint that was rolled back', async () => {
    const work = transaction(pool, async (client) => {
      await client.query('SAVEPOINT here');
      await client.query(rename('rolled back'));
      await client.query('ROLLBACK TO here');
      await client.query(rename('after it'));
    });
    expect(await moves(() => work)).toBe(true);
  });

  test('makes no writer wait for another: each has a slot of its own while it works', async () => {
    await transaction(pool, async (first) => {
      await first.query(rename('first'));
      await transaction(pool, async (second) => {
        await second.query(`SET LOCAL lock_timeout = '1s'`);
        await second.query(`UPDATE site SET name = 'second' WHERE id = $1`, [otherId]);
      });
    });
    const { rows: slots } = await pool.query<{ count: number }>('SELECT count(*)::int FROM data_version');
    await Promise.all(Array.from({ length: 20 }, (_, index) => pool.query(rename(`writer ${index}`))));
    const { rows: after } = await pool.query<{ count: number }>('SELECT count(*)::int FROM data_version');
    expect(slots[0]?.count).toBeLessThanOrEqual(3);
    expect(after[0]?.count).toBeLessThanOrEqual(10); // the connections of the pool
  });

  test('is read once for all who ask in the same turn', async () => {
    const { statements } = await statementsOf(database, () =>
      Promise.all(Array.from({ length: 100 }, () => version())),
    );
    expect(statements).toHaveLength(1);
  });

  test('is read again for those who ask when a reading has begun', async () => {
    const { statements } = await statementsOf(database, async () => {
      const readings: Promise<string>[] = [];
      await transaction(pool, async (gate) => {
        await gate.query('LOCK TABLE data_version IN ACCESS EXCLUSIVE MODE');
        readings.push(version());
        await untilWaitingForLock(database);
        readings.push(version(), version());
      });
      await Promise.all(readings);
    });
    expect(statements.filter((text) => text.includes('FROM data_version'))).toHaveLength(2);
  });

  test('is read again after a reading that failed', async () => {
    await pool.query('ALTER TABLE data_version RENAME TO elsewhere');
    await expect(version()).rejects.toThrow('data_version');
    await pool.query('ALTER TABLE elsewhere RENAME TO data_version');
    expect(await version()).toBe(await version());
  });
});
