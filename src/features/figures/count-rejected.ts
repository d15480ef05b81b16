import type { Pool } from 'pg';

import type { Entity } from '../../db/generated/prisma/enums.ts';
import { rowsByRequest } from './requests.ts';

/** How many records of an entity each set of sites has that are not sound enough to be mirrored; one statement for all. */
export async function countRejected(
  pool: Pool,
  requests: readonly (readonly { readonly id: number }[])[],
  entity: Entity,
): Promise<number[]> {
  const wanted = requests.flatMap((sites, index) => sites.map(({ id }) => ({ index, id })));
  const { rows } = await pool.query<{ request: number; rejected: number }>(
    `SELECT wanted.request, sum(open.records)::int AS rejected
    FROM unnest($1::int[], $2::int[]) AS wanted (request, site_id) CROSS JOIN LATERAL (
      SELECT count(DISTINCT record) AS records FROM (
        SELECT record FROM sync_issue
        WHERE site_id = wanted.site_id AND entity = $3 AND severity = 'ERROR' AND resolved_at IS NULL OFFSET 0
      ) AS issue
    ) AS open GROUP BY wanted.request`,
    [wanted.map(({ index }) => index), wanted.map(({ id }) => id), entity],
  );
  return rowsByRequest(requests, rows).map(([row]) => row?.rejected ?? 0);
}
