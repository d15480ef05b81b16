import { expect, it } from 'vitest';

import { openDatabase, transaction } from '../../src/db/client.ts';
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

it('lets a transaction wait for a connection while all are busy, through either door', async () => {
  await using database = await createTestDatabase();
  await using small = openDatabase(database.url, {
    applicationName: 'test',
    connections: 1,
    onError: () => undefined,
  });

  const busy = transaction(small.pool, (client) => client.query('SELECT pg_sleep(2.5)'));
  const waiting = small.prisma.$transaction((inside) => inside.site.count());

  expect(await waiting).toBe(0);
  await busy;
});
