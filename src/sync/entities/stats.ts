import { driftOf } from '../../template/contract/drift.ts';
import { recordDrift } from '../drift.ts';
import type { EntitySync } from '../entity-sync.ts';
import { recordIssues } from '../issues.ts';
import { commitPage } from '../tally.ts';

/** The one record of this entity, by the name its issues go by. */
const RECORD = 'stats';

export const stats: EntitySync = {
  entity: 'STATS',
  table: null,
  expected: () => null,
  async sync({ database, template, site, siteId, lease, tally, observedAt, signal }) {
    const { stats: given, issues, census, sentAt } = await template.stats(site, { signal });
    Object.assign(tally, { pages: 1, received: 1 });
    const scope = { siteId, runId: lease.runId, entity: 'STATS' } as const;
    const found = issues.map((issue) => ({ record: RECORD, ...issue }));
    await commitPage(database, { lease, entity: 'STATS', tally }, async (client) => {
      await recordIssues(client, scope, [RECORD], found);
      // The answer does not tell the generation.
      await recordDrift(client, scope, driftOf(census, { generation: null, isWhole: true }));
      // Written whenever the site was asked, counted by what it said.
      const { rows } = await client.query<{ changed: boolean | null }>(
        `WITH before AS (SELECT * FROM site_stats WHERE site_id = $1)
         INSERT INTO site_stats AS stored (site_id, paintings, users, orders, exhibitions, custom_requests,
           delivered_orders, total_revenue, observed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (site_id) DO UPDATE SET paintings = $2, users = $3, orders = $4, exhibitions = $5,
           custom_requests = $6, delivered_orders = $7, total_revenue = $8, observed_at = $9
         WHERE stored.observed_at <= $9 OR stored.observed_at > clock_timestamp()
         RETURNING (
           SELECT (paintings, users, orders, exhibitions, custom_requests, delivered_orders, total_revenue)
             IS DISTINCT FROM ($2::int, $3::int, $4::int, $5::int, $6::int, $7::int, $8::numeric)
           FROM before
         ) AS changed`,
        [
          siteId,
          given.paintings,
          given.users,
          given.orders,
          given.exhibitions,
          given.customRequests,
          given.deliveredOrders,
          given.totalRevenue,
          observedAt(sentAt),
        ],
      );
      const [written] = rows;
      if (written?.changed === null) tally.created = 1;
      else tally[written?.changed === true ? 'updated' : 'unchanged'] = 1;
    });
    return null;
  },
};
