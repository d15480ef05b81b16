import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';

/**
 * Compiles the documents in relay/ against schema.graphql as a Relay client would, with pages, refetching and
 * `node(id)`; exits 1 with what relay-compiler does not accept. The compiler reads documents in TypeScript only, and
 * writes what it makes of them: both in a directory that is removed.
 */
const documents = fileURLToPath(new URL('relay/', import.meta.url));
const schema = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
const compiler = fileURLToPath(import.meta.resolve('relay-compiler/cli.js'));

using scratch = createScratchDirectory();
const write = (name: string, text: string) => writeFileSync(join(scratch.path, name), text);
mkdirSync(join(scratch.path, 'compiled'));
write('schema.graphql', readFileSync(schema, 'utf8'));
write(
  'relay.config.json',
  JSON.stringify({
    src: '.',
    schema: 'schema.graphql',
    language: 'typescript',
    artifactDirectory: 'compiled',
  }),
);
const names = readdirSync(documents).map((file) => basename(file, '.graphql'));
for (const name of names) {
  const text = readFileSync(join(documents, `${name}.graphql`), 'utf8');
  write(`${name}.ts`, `graphql\`\n${text}\`;\n`);
}
const { status } = spawnSync(process.execPath, [compiler, '--noWatchman', '--output', 'quiet-with-errors'], {
  cwd: scratch.path,
  stdio: 'inherit',
});
const compiled = readdirSync(join(scratch.path, 'compiled'));
// A file that the compiler does not see as one document, such as one with a backtick, is passed over in silence.
const unseen = status === 0 ? names.filter((name) => !compiled.some((file) => file.startsWith(name))) : [];
for (const name of unseen) process.stderr.write(`relay-compiler did not read ${name}.graphql.\n`);
process.exitCode = status === 0 && unseen.length === 0 ? 0 : 1;
