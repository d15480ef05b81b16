import type { PoolClient } from 'pg';

import type { Entity } from '../db/generated/prisma/enums.ts';
import { publishChange } from './changes.ts';
import { hold, supersedeHold } from './deletion-holds.ts';
import { DIFFERENCES_SHOWN, ofDeletion, recordDifferences } from './differences.ts';
import type { EntityContext } from './entity-sync.ts';
import { writeLog } from './runs.ts';
import { commitPage } from './tally.ts';
import { tombstone, type MirroredTable } from './tombstone.ts';

/** What two scans in a row have missed. */
export interface Gone {
  entity: Entity;
  table: MirroredTable;
  /** Source ids, or keys of settings. */
  records: readonly string[];
  /** When the first of the two began: about what is known since then, they say nothing. */
  missedAt: Date;
}

const ROWS_AT_ONCE = 1_000;

/**
 * Tombstones rows that are proven gone, or leaves that to a person where they are all that there was, or more of it
 * than the site's own limit. Can be repeated: what is tombstoned already is not found missing again. A dry run only
 * says so.
 */
export async function sweep(context: EntityContext, gone: Gone): Promise<void> {
  const { database, lease, siteId, isDryRun, signal, tally } = context;
  const { entity, table, records, missedAt } = gone;
  signal.throwIfAborted();
  let isHeld = false;
  await commitPage(database, { lease, entity, tally }, async (client) => {
    if (records.length === 0) return isDryRun ? undefined : supersedeHold(client, { siteId, entity });
    const { live, holdPercent } = await readLimit(client, siteId, gone);
    isHeld = records.length === live || records.length * 100 > holdPercent * live;
    if (isDryRun) {
      tally[isHeld ? 'held' : 'tombstoned'] = records.length;
      const shown = records.slice(0, DIFFERENCES_SHOWN).map(ofDeletion);
      return recordDifferences(client, { runId: lease.runId, entity }, shown);
    }
    if (!isHeld) return supersedeHold(client, { siteId, entity });
    tally.held = records.length;
    await hold(client, { siteId, entity, runId: lease.runId, records, live, missedAt });
    await writeLog(client, lease.runId, 'WARNING', entity, heldBack(records.length, live));
  });
  if (isHeld || isDryRun) return;
  for (let start = 0; start < records.length; start += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    const some = records.slice(start, start + ROWS_AT_ONCE);
    // oxlint-disable-next-line no-await-in-loop
    await commitPage(database, { lease, entity, tally }, async (client) => {
      tally.tombstoned += await tombstone(client, table, { siteId, records: some, missedAt });
      await publishChange(client, siteId, entity);
    });
  }
}

/** How many rows the mirror held before they were missed, and the share of them that may go without being asked about. */
async function readLimit(
  client: PoolClient,
  siteId: number,
  { table, missedAt }: Gone,
): Promise<{ live: number; holdPercent: number }> {
  const { rows } = await client.query<{ live: number; holdPercent: number }>(
    `SELECT deletion_hold_percent AS "holdPercent", (
       SELECT count(*)::int FROM "${table.name}" WHERE site_id = $1 AND deleted_at IS NULL AND first_seen_at < $2
     ) AS live FROM site WHERE id = $1`,
    [siteId, missedAt],
  );
  if (rows[0] === undefined) throw new Error(`site ${siteId} is gone`);
  return rows[0];
}

const heldBack = (held: number, live: number): string =>
  `${held} of ${live} rows are gone from the site, too many to delete unasked: confirm or discard the deletion hold.`;
