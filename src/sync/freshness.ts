import type { ClientBase } from 'pg';

import type { Entity, SyncOutcome } from '../db/generated/prisma/enums.ts';
import { tableOf } from './entities/index.ts';
import type { Failure } from './runs.ts';

interface Mirror {
  siteId: number;
  entity: Entity;
}

/** Records that the mirror was brought up to date. `asOf` is null where it could not be proven complete. */
export const recordSynced = (client: ClientBase, mirror: Mirror, asOf: Date | null): Promise<void> =>
  record(client, mirror, asOf === null ? 'UNPROVEN' : 'PROVEN', asOf, null);

/** Records that it could not be brought up to date, and why: what was proven before stays proven. */
export const recordFailed = (client: ClientBase, mirror: Mirror, { code }: Failure): Promise<void> =>
  record(client, mirror, 'FAILED', null, code);

/**
 * Records that the site does not have the entity. Where the mirror holds nothing of it either, that is all there is to
 * know; unless nothing is proven of the site yet: then this may be no template site at all.
 */
export async function recordUnsupported(
  client: ClientBase,
  mirror: Mirror,
  { code }: Failure,
  askedAt: Date,
): Promise<void> {
  const table = tableOf(mirror.entity);
  const rowsHere =
    table === null
      ? 'SELECT 1 FROM site_stats WHERE site_id = $1'
      : `SELECT 1 FROM "${table.name}" WHERE site_id = $1 AND deleted_at IS NULL`;
  const { rows } = await client.query<{ isNothing: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM site_freshness WHERE site_id = $1 AND as_of IS NOT NULL)
       AND NOT EXISTS (${rowsHere}) AS "isNothing"`,
    [mirror.siteId],
  );
  if (rows[0]?.isNothing === true) await record(client, mirror, 'PROVEN', askedAt, null);
  else await record(client, mirror, 'UNSUPPORTED', null, code);
}

async function record(
  client: ClientBase,
  { siteId, entity }: Mirror,
  outcome: SyncOutcome,
  asOf: Date | null,
  errorCode: string | null,
): Promise<void> {
  await client.query({
    name: 'record-freshness',
    text: `
      INSERT INTO site_freshness AS stored (site_id, entity, as_of, outcome, error_code) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (site_id, entity) DO UPDATE SET
        as_of = greatest(stored.as_of, excluded.as_of), outcome = excluded.outcome, error_code = excluded.error_code`,
    values: [siteId, entity, asOf, outcome, errorCode],
  });
}
