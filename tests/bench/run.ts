import { benchFleet } from './fleet.ts';
import { benchQuery } from './query.ts';
import { benchResume } from './resume.ts';
import { benchSubscribers } from './subscribers.ts';
import { benchSync } from './sync.ts';

/** `npm run bench -- <name>`: prints a JSON line, or one for each operation, on standard output, what it is doing on standard error. */
const benches: Record<string, () => Promise<object> | AsyncIterable<object>> = {
  sync: benchSync,
  fleet: benchFleet,
  subscribers: benchSubscribers,
  resume: benchResume,
  query: benchQuery,
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`Expected the name of a benchmark: ${Object.keys(benches).join(', ')}.\n`);
  process.exit(1);
}
const results = bench();
for await (const line of Symbol.asyncIterator in results ? results : [results]) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
