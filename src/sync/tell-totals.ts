import type { Database } from '../db/client.ts';
import type { Entity } from '../db/generated/prisma/enums.ts';
import { entities } from './entities/index.ts';
import type { SiteTotals } from './entity-sync.ts';
import { leased, type Lease } from './lease.ts';
import { publishEvent } from './publish-event.ts';

/** Tells how many rows the site says it holds, as soon as it has said so: from then on the time left is known. */
export async function tellTotals(
  database: Database,
  lease: Lease,
  asked: readonly Entity[],
  told: SiteTotals,
): Promise<void> {
  const totals = entities
    .filter(({ entity }) => asked.includes(entity))
    .map(({ entity, expected }) => [entity, expected(told)] as const)
    .filter(([, expected]) => expected !== null);
  if (totals.length === 0) return;
  await leased(database, lease, async (client) => {
    await client.query(
      `UPDATE sync_entity_run SET expected = told.expected
       FROM unnest($2::entity[], $3::int[]) AS told (entity, expected)
       WHERE run_id = $1 AND status = 'PENDING' AND sync_entity_run.entity = told.entity`,
      [lease.runId, totals.map(([entity]) => entity), totals.map(([, expected]) => expected)],
    );
    await publishEvent(client, lease.runId, { kind: 'TOTALS_TOLD', expected: Object.fromEntries(totals) });
  });
}
