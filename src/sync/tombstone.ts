import type { ClientBase } from 'pg';

import { isOlder } from '../db/clock.ts';

/** A mirrored table whose rows may go. */
export interface MirroredTable {
  name: string;
  /** The column that, after `site_id`, is its key, and its type. */
  key: { name: 'source_id'; type: 'bigint' } | { name: 'key'; type: 'text' };
}

/** The table of records that have an id on their site. */
export const recordTable = (name: string): MirroredTable => ({
  name,
  key: { name: 'source_id', type: 'bigint' },
});

/**
 * Marks rows as gone from their site, but for those about which something newer is known.
 *
 * @param missedAt when they were first looked for in vain
 * @returns how many were marked
 */
export async function tombstone(
  client: ClientBase,
  { name, key }: MirroredTable,
  { siteId, records, missedAt }: { siteId: number; records: readonly string[]; missedAt: Date },
): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE "${name}" SET deleted_at = now(), observed_at = $3
     WHERE site_id = $1 AND ${key.name} = ANY ($2::${key.type}[]) AND deleted_at IS NULL
       AND ${isOlder('observed_at', '$3')}`,
    [siteId, records, missedAt],
  );
  return rowCount ?? 0;
}
