import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import { describe, expect, inject, it } from 'vitest';

import { openDatabase } from '../../src/db/client.ts';
import { missingMigration } from '../../src/db/diff.ts';
import { migrate } from '../../src/db/migrate.ts';
import { readMigrations } from '../../src/db/schema-engine.ts';
import { readEvents } from '../../src/sync/read-events.ts';
import { reduceProgress, type SyncProgress } from '../../src/sync/reduce-progress.ts';
import { storedProgress } from '../sync/support/run-record.ts';

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

  it('gives the runs of before the events that tell how they stand', async () => {
    await withDatabase(async (url) => {
      const { migrationDirectories } = readMigrations();
      const client = new Client({ connectionString: url });
      await client.connect();
      const apply = (isLater: boolean) =>
        migrationDirectories
          .filter(({ path }) => path.endsWith('_sync_event') === isLater)
          .map(({ migrationFile: { content } }) => (content.tag === 'ok' ? content.value : ''))
          .reduce(
            (before, script) => before.then(() => client.query(script)),
            Promise.resolve<unknown>(null),
          );
      await apply(false);
      const runId = '00000000-0000-7000-8000-000000000001';
      await client.query(`
        INSERT INTO site (name, url, sealed_key) VALUES ('G', 'https://gallery.example', 'v1.sealed');
        INSERT INTO sync_run (id, site_id, status, entities, version, started_at, ended_at, error_code, error_message)
          SELECT '${runId}', id, 'PARTIAL', '{STATS,ORDERS}', 9, now(), now(), 'X', 'Why.' FROM site;
        INSERT INTO sync_entity_run (run_id, entity, status, expected, pages, received, created, started_at, ended_at)
          VALUES ('${runId}', 'STATS', 'SUCCEEDED', NULL, 1, 1, 1, now(), now()),
                 ('${runId}', 'ORDERS', 'FAILED', 9, 2, 4, 3, now(), now())`);

      await apply(true);
      await client.end();

      await using database = openDatabase(url, {
        applicationName: 'test',
        connections: 1,
        onError: () => undefined,
      });
      const events = await readEvents(database.pool, runId, 0);
      const state = events.reduce<SyncProgress | null>(reduceProgress, null);
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(state).toMatchObject(await storedProgress(database, runId));
      expect(state).toMatchObject({
        status: 'PARTIAL',
        entities: [{ created: 1 }, { received: 4, expected: 9 }],
      });
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
