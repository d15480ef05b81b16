import type { Pool } from 'pg';

import { isOlder } from '../db/clock.ts';
import type { ScanVerdict } from '../db/generated/prisma/enums.ts';
import type { IdSet } from './id-set.ts';
import type { Pass } from './pass.ts';
import type { Totals } from './scans.ts';

/**
 * What a pass that was read to its end is worth. One that met fewer rows than the site says it holds, or rows that
 * had changed places, is believed only when the pass before met the same ids in the same order: then the list stands
 * still, and it is the site that miscounts or repeats.
 */
export function verdictOf(pass: Pass, totals: Totals, digestBefore: string | null): ScanVerdict {
  if (!pass.isTied) return 'CHANGED';
  if (pass.rows > pass.ids.size) return 'UNNAMED';
  if (digestBefore === pass.sequence.digest()) return 'COMPLETE';
  if (!pass.isOrdered) return 'CHANGED';
  const said = [totals.before, totals.after].filter((total) => total !== null);
  return said.length > 0 && pass.rows < Math.min(...said) ? 'SHORT' : 'COMPLETE';
}

/** Rows of one list of one site. */
export interface ListRows {
  table: string;
  siteId: number;
}

/** Whether the mirror holds any row of the list. */
export async function hasLiveRows(pool: Pool, { table, siteId }: ListRows): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT 1 FROM "${table}" WHERE site_id = $1 AND deleted_at IS NULL LIMIT 1`,
    [siteId],
  );
  return rows.length > 0;
}

/** How many rows of the list the mirror holds. */
export async function countLiveRows(pool: Pool, { table, siteId }: ListRows): Promise<number> {
  const { rows } = await pool.query<{ live: number }>(
    `SELECT count(*)::int AS live FROM "${table}" WHERE site_id = $1 AND deleted_at IS NULL`,
    [siteId],
  );
  return rows[0]?.live ?? 0;
}

const KEYS_AT_ONCE = 50_000;

/** The live rows of the mirror that a pass did not meet, of those that are older than the time given. */
export async function findMissing(
  pool: Pool,
  { table, siteId, until }: ListRows & { until: Date },
  met: Pick<IdSet, 'has'>,
): Promise<number[]> {
  const missing: number[] = [];
  for (let after = -1; ;) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await pool.query<{ ids: string | null }>({
      name: `keys-of-${table}`,
      // One text: a row of the result for each would cost several times as much.
      text: `
        SELECT string_agg(source_id::text, ',' ORDER BY source_id) AS ids FROM (
          SELECT source_id FROM "${table}"
          WHERE site_id = $1 AND source_id > $2 AND deleted_at IS NULL
            AND ${isOlder('observed_at', '$3')}
          ORDER BY source_id LIMIT $4
        ) AS page`,
      values: [siteId, after, until, KEYS_AT_ONCE],
    });
    const ids = rows[0]?.ids?.split(',').map(Number) ?? [];
    for (const id of ids) if (!met.has(id)) missing.push(id);
    const last = ids.at(-1);
    if (last === undefined || ids.length < KEYS_AT_ONCE) return missing;
    after = last;
  }
}
