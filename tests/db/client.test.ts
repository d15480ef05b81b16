import { expect, it } from 'vitest';

import { transaction } from '../../src/db/client.ts';
import { createTestDatabase } from '../support/database.ts';

it('survives a connection that breaks in the middle of a transaction, and commits nothing of it', async () => {
  await using database = await createTestDatabase();

  const broken = transaction(database.pool, async (client) => {
    await client.query(
      `INSERT INTO site (name, url, sealed_key) VALUES ('Gallery', 'https://gallery.example', 'v1')`,
    );
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const waiting = client.query('SELECT pg_sleep(60)');
    await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await waiting;
  });

  await expect(broken).rejects.toThrow(/terminat|ECONNRESET/);
  expect(await database.prisma.site.count()).toBe(0);
});
