import { createHash } from 'node:crypto';

import { Client } from 'pg';

import { StartError, messageOf, systemCodeOf } from '../core/errors.ts';
import { noFilters, withSchemaEngine, readMigrations } from './schema-engine.ts';

/**
 * Brings the database to the newest migration, in process. A database that is up to date costs one query;
 * several processes that start at once wait for each other on the engine's advisory lock.
 *
 * @returns the names of the migrations just applied
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const migrationsList = readMigrations();
  const applied = await appliedChecksums(databaseUrl);
  const pending = migrationsList.migrationDirectories.filter(
    ({ migrationFile }) =>
      migrationFile.content.tag === 'ok' && !applied.has(sha256(migrationFile.content.value)),
  );
  if (pending.length === 0) return [];
  try {
    const { appliedMigrationNames } = await withSchemaEngine(databaseUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: noFilters }),
    );
    return appliedMigrationNames;
  } catch (cause) {
    throw new StartError(`The database could not be brought up to date: ${firstLine(messageOf(cause))}.`, {
      cause,
    });
  }
}

/** Prisma stores the SHA-256 of each script it applied. */
async function appliedChecksums(databaseUrl: string): Promise<Set<string>> {
  let client: Client | undefined;
  try {
    // Made in here: it reads the certificates that the address names.
    client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
    await client.connect();
    const { rows } = await client.query<{ checksum: string }>(
      'SELECT checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    return new Set(rows.map((row) => row.checksum));
  } catch (cause) {
    if (systemCodeOf(cause) === '42P01') return new Set(); // no such table: a new database
    throw new StartError(
      `Cannot use the database: ${firstLine(messageOf(cause))}; check DATABASE_URL and that PostgreSQL runs there.`,
      {
        cause,
      },
    );
  } finally {
    await client?.end().catch(() => undefined);
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const firstLine = (text: string) => (text.trim().split('\n')[0] ?? '').replace(/[.\s]+$/, '');
