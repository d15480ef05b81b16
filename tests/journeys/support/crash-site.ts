import type { DemoSite, DemoSiteOptions } from '../../../src/demo-site/start-demo-site.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { seededRandom } from '../../template/support/random.ts';
import { outcomeOf, type Outcome } from './outcome.ts';

/** Another one each time: the name of a test tells it, and `KILL_SEED` sets it. */
export const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e6));

/** Rows a page, in all runs that are killed and in those they are compared with. */
export const PAGE_ROWS = 20;

/** About thirty pages in five lists. */
const COUNTS = { paintings: 210, users: 100, orders: 90, exhibitions: 50, customRequests: 30 };

/** A site that is the same each time for the same seed. */
export const crashSite = (generation: DemoSiteOptions['generation']): DemoSiteOptions => ({
  generation,
  name: 'Galerie',
  apiKey: 'demo-key',
  seed: SEED,
  counts: COUNTS,
});

/** Changes the site, the same each time for the same seed: rows are changed, added, and deleted for good. */
export function change({ rows }: DemoSite): void {
  const random = seededRandom(SEED);
  const some = (below: number) => 1 + Math.floor(random() * below);
  const chosen = new Set(Array.from({ length: 30 }, () => some(COUNTS.paintings)));
  for (const [turn, id] of [...chosen].entries()) {
    if (turn % 3 === 0) rows.delete('paintings', id);
    else rows.update('paintings', id, { price: some(1_000), name: `Changed ${turn}` });
  }
  rows.delete('users', some(COUNTS.users));
  rows.delete('orders', some(COUNTS.orders));
  rows.update('exhibitions', some(COUNTS.exhibitions), { title: 'Changed' });
  rows.insert('paintings', { name: 'New' });
}

/** What a first sync of the site comes to where nobody disturbs it, and one after it was changed. */
export async function undisturbed(options: DemoSiteOptions): Promise<Outcome[]> {
  await using gateway = await createTestGateway({ pageRows: PAGE_ROWS });
  const { siteId, site } = await gateway.addDemoSite(options);
  const first = await outcomeOf(gateway.database, siteId, (await gateway.sync(siteId)).runId);
  change(site);
  return [first, await outcomeOf(gateway.database, siteId, (await gateway.sync(siteId)).runId)];
}

export const pathsOf = (site: DemoSite): string[] => site.requests.map(({ path }) => path);
