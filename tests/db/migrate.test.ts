import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';

import { missingMigration } from '../../src/db/diff.ts';
import { migrate } from '../../src/db/migrate.ts';
import { readMigrations } from '../../src/db/schema-engine.ts';

const urlOf = (name: string) => Object.assign(new URL(inject('templateUrl')), { pathname: `/${name}` }).href;

/** An empty database of its own, dropped at the end. */
async function withDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const name = `migrate_${randomBytes(6).toString('hex')}`;
  const admin = new Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  try {
    await work(urlOf(name));
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

const names = readMigrations().migrationDirectories.map(({ path }) => path);

describe('migrating', () => {
  it('applies every migration once, and none the next time', async () => {
    await withDatabase(async (url) => {
      expect(await migrate(url)).toEqual(names);
      expect(await migrate(url)).toEqual([]);
    });
  });

  it('by several processes at once applies each migration once', async () => {
    await withDatabase(async (url) => {
      const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);

      expect(applied.flat()).toEqual(names);
      const client = new Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query(
        'SELECT migration_name, finished_at IS NOT NULL AS done FROM _prisma_migrations',
      );
      await client.end();
      expect(rows).toEqual(names.map((name) => ({ migration_name: name, done: true })));
    });
  });

  it('says in one sentence which database it cannot use, without its password', async () => {
    const failing = migrate('postgres://someone:FAKE-password@127.0.0.1:1/nowhere');

    await expect(failing).rejects.toThrow(
      /^Cannot use the database: connect ECONNREFUSED [^\n]*; check DATABASE_URL [^\n]*\.$/,
    );
    await expect(failing).rejects.not.toThrow('FAKE-password');
  });
});

describe('the migrations', () => {
  it('make what the Prisma schema says', async () => {
    expect(await missingMigration(urlOf('postgres'))).toBeNull();
  });

  it('hold one open run a site, whoever asks', async () => {
    await withDatabase(async (url) => {
      await migrate(url);
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`INSERT INTO site (name, url, sealed_key) VALUES ('n', 'http://a.example', 's')`);
      const open = `INSERT INTO sync_run (id, site_id) SELECT gen_random_uuid(), id FROM site`;
      await client.query(open);

      await expect(client.query(open)).rejects.toThrow('sync_run_one_active_per_site');

      await client.query('UPDATE sync_run SET ended_at = now()');
      await client.query(open);
      await client.end();
    });
  });
});
