import { z } from 'zod';

import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';

/** Starts as many demo sites as the first argument says, with the rows that the second one counts, v1 and v2 in turn. */
const counts = z.record(z.string(), z.number()).parse(JSON.parse(process.argv[3] ?? ''));

const sites = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, (_, index) =>
    startDemoSite({
      generation: index % 2 === 0 ? 'v1' : 'v2',
      name: `Galerie ${index + 1}`,
      apiKey: 'demo-key-of-this-site',
      seed: index + 1,
      counts,
    }),
  ),
);
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
process.stdout.write(`${JSON.stringify({ urls: sites.map(({ url }) => url) })}\n`);
