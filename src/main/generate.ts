import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createScratchDirectory } from '../core/scratch-directory.ts';
import { missingMigration } from '../db/diff.ts';
import { startEmbeddedDatabase } from '../db/embedded.ts';
import { printedSchema } from '../graphql/print.ts';

/**
 * Writes what is generated and committed: schema.graphql, and the migration that prisma/schema.prisma still needs,
 * under the name given with --migration. With --check: writes nothing, and exits 1 with what is not up to date.
 */
const { values: flags } = parseArgs({
  options: { check: { type: 'boolean', default: false }, migration: { type: 'string', default: 'change' } },
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const faults: string[] = [];

const schemaFile = join(root, 'schema.graphql');
const schema = printedSchema();
if (!existsSync(schemaFile) || readFileSync(schemaFile, 'utf8') !== schema) {
  if (flags.check) faults.push('schema.graphql is not the schema of the code: run `npm run generate`.');
  else writeFileSync(schemaFile, schema);
}

const migration = await missing();
if (migration !== null) {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(root, 'prisma', 'migrations', `${stamp}_${flags.migration}`);
  if (flags.check) {
    faults.push(
      `prisma/schema.prisma has no migration yet: run \`npm run generate\`. Missing:\n${migration}`,
    );
  } else {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'migration.sql'), migration);
  }
}

for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function missing(): Promise<string | null> {
  using dataDir = createScratchDirectory();
  const postgres = await startEmbeddedDatabase(dataDir.path);
  try {
    return await missingMigration(postgres.url);
  } finally {
    await postgres.stop();
  }
}
