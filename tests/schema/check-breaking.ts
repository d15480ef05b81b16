import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/**
 * Compares schema.graphql with released.graphql, the schema that clients were promised; exits 1 with the changes that
 * break them. With --release: prints all changes, and makes the schema as it is the promised one.
 */
const { values: flags } = parseArgs({ options: { release: { type: 'boolean', default: false } } });
const releasedFile = fileURLToPath(new URL('released.graphql', import.meta.url));
const text = readFileSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), 'utf8');

const changes = await diff(buildSchema(readFileSync(releasedFile, 'utf8')), buildSchema(text));
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
const shown = flags.release ? changes : breaking;
for (const { criticality, message } of shown) process.stderr.write(`${criticality.level}: ${message}\n`);

if (flags.release) {
  writeFileSync(releasedFile, text);
} else if (breaking.length > 0) {
  process.stderr.write(
    'schema.graphql breaks clients: keep what was there, deprecated, beside the new; or, where it has to be, run ' +
      '`npm run release:schema` and say in the commit what clients do instead.\n',
  );
  process.exitCode = 1;
}
