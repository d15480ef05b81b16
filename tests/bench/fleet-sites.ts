import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';

/** Starts as many demo sites as the first argument says, 300 rows each, v1 and v2 in turn, in a process of their own. */
const COUNTS = { paintings: 150, users: 60, orders: 60, exhibitions: 20, customRequests: 10 };

const sites = await Promise.all(
  Array.from({ length: Number(process.argv[2]) }, (_, index) =>
    startDemoSite({
      generation: index % 2 === 0 ? 'v1' : 'v2',
      name: `Galerie ${index + 1}`,
      apiKey: 'demo-key-of-this-site',
      seed: index + 1,
      counts: COUNTS,
    }),
  ),
);
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
process.stdout.write(`${JSON.stringify({ urls: sites.map(({ url }) => url) })}\n`);
