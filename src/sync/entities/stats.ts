import type { ClientBase } from 'pg';

import { isNoNewer } from '../../db/clock.ts';
import type { FieldChange } from '../../db/compare.ts';
import { driftOf } from '../../template/contract/drift.ts';
import type { StatsRecord } from '../../template/contract/stats.ts';
import { publishChange } from '../changes.ts';
import { ofChange, ofRejections, recordDifferences } from '../differences.ts';
import { recordDrift } from '../drift.ts';
import type { EntitySync } from '../entity-sync.ts';
import { recordIssues } from '../issues.ts';
import { commitPage } from '../tally.ts';

/** The one record of this entity, by the name its issues go by. */
const RECORD = 'stats';

const columns: readonly { name: string; type: string; of: (stats: StatsRecord) => number | string | null }[] =
  [
    { name: 'paintings', type: 'int', of: (stats) => stats.paintings },
    { name: 'users', type: 'int', of: (stats) => stats.users },
    { name: 'orders', type: 'int', of: (stats) => stats.orders },
    { name: 'exhibitions', type: 'int', of: (stats) => stats.exhibitions },
    { name: 'custom_requests', type: 'int', of: (stats) => stats.customRequests },
    { name: 'delivered_orders', type: 'int', of: (stats) => stats.deliveredOrders },
    { name: 'total_revenue', type: 'numeric', of: (stats) => stats.totalRevenue },
  ];

export const stats: EntitySync = {
  entity: 'STATS',
  table: null,
  expected: () => null,
  async sync({ database, template, site, siteId, lease, isDryRun, told, tally, observedAt, signal }) {
    const { stats: given, issues, census, sentAt } = await template.stats(site, { signal });
    told.totals = given;
    const isCounted = tally.pages > 0; // by a worker that was killed
    Object.assign(tally, { pages: 1, received: 1 });
    const scope = { siteId, runId: lease.runId, entity: 'STATS' } as const;
    const found = issues.map((issue) => ({ record: RECORD, ...issue }));
    await commitPage(database, { lease, entity: 'STATS', tally }, async (client) => {
      const fields = await changesIn(client, siteId, given);
      const isChanged = fields === null || fields.length > 0;
      const outcome = fields === null ? 'created' : isChanged ? 'updated' : 'unchanged';
      if (!isCounted) tally[outcome] = 1;
      if (isDryRun) {
        const change = { key: RECORD, isNew: fields === null, fields: fields ?? [] };
        await recordDifferences(client, scope, [
          ...(isChanged ? [ofChange(change)] : []),
          ...ofRejections(found),
        ]);
        return;
      }
      await recordIssues(client, scope, [RECORD], found);
      // The answer does not tell the generation.
      await recordDrift(client, scope, driftOf(census, { generation: null, isWhole: true }));
      await write(client, siteId, given, observedAt(sentAt));
      if (isChanged) await publishChange(client, siteId, 'STATS');
    });
    return { generation: null, asOf: observedAt(sentAt) };
  },
};

/** What the site says otherwise than before; null when it is asked for the first time. */
async function changesIn(
  client: ClientBase,
  siteId: number,
  given: StatsRecord,
): Promise<FieldChange[] | null> {
  const changes = columns.map(
    ({ name, type }, index) =>
      `CASE WHEN ${name} IS DISTINCT FROM $${index + 2}::${type}
         THEN jsonb_build_object('column', '${name}', 'before', ${name}::text, 'after', $${index + 2}::text) END`,
  );
  const { rows } = await client.query<{ changes: (FieldChange | null)[] }>(
    `SELECT jsonb_build_array(${changes.join(', ')}) AS changes FROM site_stats WHERE site_id = $1`,
    [siteId, ...columns.map(({ of }) => of(given))],
  );
  return rows[0]?.changes.filter((change) => change !== null) ?? null;
}

/** Written whenever the site was asked: how fresh the figures are is one of them. */
async function write(
  client: ClientBase,
  siteId: number,
  given: StatsRecord,
  observedAt: Date,
): Promise<void> {
  const names = columns.map(({ name }) => name).join(', ');
  const values = columns.map(({ type }, index) => `$${index + 3}::${type}`).join(', ');
  await client.query(
    `INSERT INTO site_stats AS stored (site_id, observed_at, ${names}) VALUES ($1, $2, ${values})
     ON CONFLICT (site_id) DO UPDATE SET (observed_at, ${names}) = ROW ($2, ${values})
     WHERE ${isNoNewer('stored.observed_at', '$2')}`,
    [siteId, observedAt, ...columns.map(({ of }) => of(given))],
  );
}
