import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { printedSchema } from '../graphql/print.ts';

/** Writes schema.graphql. With --check: compares it, and exits 1 when it is not the schema of the code. */
const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const path = new URL('../../schema.graphql', import.meta.url);
const schema = printedSchema();

if (!flags.check) {
  writeFileSync(path, schema);
} else if (read() !== schema) {
  process.stderr.write('schema.graphql is not the schema of the code: run `node src/main/generate.ts`.\n');
  process.exitCode = 1;
}

function read(): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // there is none yet
  }
}
