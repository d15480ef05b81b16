import { benchFleet } from './fleet.ts';
import { benchResume } from './resume.ts';
import { benchSubscribers } from './subscribers.ts';
import { benchSync } from './sync.ts';

/** `npm run bench -- <name>`: prints one JSON line on standard output, what it is doing on standard error. */
const benches: Record<string, () => Promise<object>> = {
  sync: benchSync,
  fleet: benchFleet,
  subscribers: benchSubscribers,
  resume: benchResume,
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`Expected the name of a benchmark: ${Object.keys(benches).join(', ')}.\n`);
  process.exit(1);
}
process.stdout.write(`${JSON.stringify(await bench())}\n`);
