import type { ClientBase, Pool } from 'pg';

import type { Entity } from '../db/generated/prisma/enums.ts';

/** Deletions that wait for a person. */
export interface Hold {
  siteId: number;
  entity: Entity;
  runId: string;
  /** Source ids, or keys of settings. */
  records: readonly string[];
  /** Rows the mirror held before. */
  live: number;
  /** When the scan that missed them began. */
  missedAt: Date;
}

/** Holds these deletions, in place of those of an earlier scan; one that holds the same stays as it is. */
export async function hold(client: ClientBase, { siteId, entity, runId, records, live, missedAt }: Hold) {
  const same = await client.query(
    `SELECT 1 FROM deletion_hold AS hold
     WHERE site_id = $1 AND entity = $2 AND decided_at IS NULL AND held = cardinality($3::text[])
       AND held = (SELECT count(*) FROM deletion_hold_row WHERE hold_id = hold.id AND record = ANY ($3::text[]))`,
    [siteId, entity, records],
  );
  if (same.rows.length > 0) return;
  await supersedeHold(client, { siteId, entity });
  await client.query(
    `WITH hold AS (
       INSERT INTO deletion_hold (site_id, entity, run_id, held, live, missed_at)
       VALUES ($1, $2, $3, cardinality($4::text[]), $5, $6) RETURNING id
     )
     INSERT INTO deletion_hold_row (hold_id, record) SELECT hold.id, unnest($4::text[]) FROM hold`,
    [siteId, entity, runId, records, live, missedAt],
  );
}

/** Closes the hold of an entity: a later scan says otherwise. Its rows are forgotten, else each sync could add as many. */
export async function supersedeHold(
  client: ClientBase,
  { siteId, entity }: Pick<Hold, 'siteId' | 'entity'>,
): Promise<void> {
  await client.query(
    `WITH closed AS (
       UPDATE deletion_hold SET status = 'SUPERSEDED', decided_at = now()
       WHERE site_id = $1 AND entity = $2 AND decided_at IS NULL RETURNING id
     )
     DELETE FROM deletion_hold_row WHERE hold_id = (SELECT id FROM closed)`,
    [siteId, entity],
  );
}

/** Whether deletions of the entity wait. While a run is under way none is decided on. */
export async function hasOpenHold(
  pool: Pool,
  { siteId, entity }: Pick<Hold, 'siteId' | 'entity'>,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    'SELECT 1 FROM deletion_hold WHERE site_id = $1 AND entity = $2 AND decided_at IS NULL',
    [siteId, entity],
  );
  return rowCount === 1;
}

/**
 * Closes the hold of an entity when any of its rows is among those that its site has: they live, whatever comes of
 * the scan that met them.
 */
export async function supersedeHoldOf(
  client: ClientBase,
  { siteId, entity, records }: Pick<Hold, 'siteId' | 'entity' | 'records'>,
): Promise<void> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM deletion_hold_row
     WHERE hold_id = (SELECT id FROM deletion_hold WHERE site_id = $1 AND entity = $2 AND decided_at IS NULL)
       AND record = ANY ($3::text[]) LIMIT 1`,
    [siteId, entity, records],
  );
  if (rowCount === 1) await supersedeHold(client, { siteId, entity });
}
