import { Client } from 'pg';

import { migrate } from './migrate.ts';
import { noFilters, withSchemaEngine, schemaFile } from './schema-engine.ts';

/**
 * What is missing in the migrations for them to yield prisma/schema.prisma: an SQL script, or null for nothing.
 * Runs all migrations in a scratch database on the given server and drops it.
 */
export async function missingMigration(serverUrl: string): Promise<string | null> {
  const name = `cimaise_diff_${process.pid}`;
  const scratchUrl = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name}`);
    await migrate(scratchUrl);
    const files = [schemaFile()];
    const { exitCode, stdout } = await withSchemaEngine(scratchUrl, (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: '' },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: noFilters,
      }),
    );
    return exitCode === 0 ? null : stdout;
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}
