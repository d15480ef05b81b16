import type { Pool } from 'pg';

import { upsertStatement } from '../../db/bulk.ts';
import { isOlder } from '../../db/clock.ts';
import type { Generation } from '../../db/generated/prisma/enums.ts';
import { driftOf } from '../../template/contract/drift.ts';
import type { SettingRecord } from '../../template/contract/setting.ts';
import { mismatchOf } from '../contract-mismatch.ts';
import { recordDrift } from '../drift.ts';
import type { EntityContext, EntitySync } from '../entity-sync.ts';
import { closeUnseenIssues } from '../issues.ts';
import { beginScan, endScan } from '../scans.ts';
import { sweep } from '../sweep.ts';
import { commitPage } from '../tally.ts';
import type { MirroredTable } from '../tombstone.ts';
import { writeRows } from '../write-rows.ts';

const statement = upsertStatement<SettingRecord>(
  'site_setting',
  [{ name: 'key', type: 'text', of: (setting) => setting.key }],
  [
    { name: 'value', type: 'text', of: (setting) => setting.value },
    { name: 'secret', type: 'boolean', of: (setting) => setting.secret },
    { name: 'is_set', type: 'boolean', of: (setting) => setting.isSet },
  ],
);

const table: MirroredTable = { name: statement.table, key: { name: 'key', type: 'text' } };

/** Settings are few: what is open of them is looked for without asking first. */
const ALL_OPEN = { issues: true, hold: true };

export const settings: EntitySync = {
  entity: 'SETTINGS',
  table,
  expected: () => null,
  /** One answer holds all settings, so it is complete. Those that it lacks are asked for once more. */
  async sync(context) {
    const first = await readSettings(context, 1);
    let gone: string[] = [];
    let asOf: Date | null = first.startedAt;
    if (first.missing.length > 0) {
      const second = await readSettings(context, 2);
      gone = first.missing.filter((key) => second.missing.includes(key));
      asOf = gone.length === second.missing.length ? second.startedAt : null;
    }
    await sweep(context, { entity: 'SETTINGS', table, records: gone, missedAt: first.startedAt });
    return { generation: first.generation, asOf };
  },
};

/** Reads and writes all settings, and tells which of the mirror the site did not answer. */
async function readSettings(
  context: EntityContext,
  pass: number,
): Promise<{ startedAt: Date; generation: Generation; missing: string[] }> {
  const { database, template, site, siteId, lease, isDryRun, tally, observedAt, signal } = context;
  const { settings: rows, issues, census, generation, sentAt } = await template.settings(site, { signal });
  const rejected = new Set(issues.flatMap((issue) => (issue.severity === 'ERROR' ? [issue.record] : [])))
    .size;
  const received = rows.length + rejected;
  const mismatch = mismatchOf(received, rejected, issues);
  const startedAt = observedAt(sentAt);
  const scope = { siteId, runId: lease.runId, entity: 'SETTINGS' } as const;
  const records = new Set([...rows.map((row) => row.key), ...issues.map((issue) => issue.record)]);
  const missing = (await liveKeys(database.pool, siteId, startedAt)).filter((key) => !records.has(key));
  await commitPage(database, { lease, entity: 'SETTINGS', tally }, async (client) => {
    const checked = { rows, records: [...records], issues, sentAt };
    const counts = await writeRows(client, context, 'SETTINGS', statement, checked, ALL_OPEN);
    if (!isDryRun) {
      await closeUnseenIssues(client, scope, (record) => records.has(record));
      await recordDrift(client, scope, driftOf(census, { generation, isWhole: true }));
    }
    await beginScan(client, scope, pass, { startedAt, totalBefore: null });
    const certificate = {
      pages: 1,
      offsets: [0],
      rows: records.size,
      distinctIds: records.size,
      digest: null,
    };
    await endScan(client, scope, pass, {
      ...certificate,
      verdict: 'COMPLETE',
      totals: { before: null, after: null },
      missing: missing.length,
    });
    const isRepeated = tally.pages >= pass; // after a kill: what came then was counted
    tally.pages = Math.max(tally.pages, pass);
    // What a dry run did not write, it finds again.
    if (isDryRun && (pass > 1 || isRepeated)) return;
    tally.created += counts.created;
    tally.updated += counts.updated;
    if (pass > 1 || isRepeated) return;
    Object.assign(tally, { received, rejected, unchanged: counts.unchanged });
  });
  if (mismatch !== null) throw mismatch;
  return { startedAt, generation, missing };
}

async function liveKeys(pool: Pool, siteId: number, until: Date): Promise<string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `SELECT key FROM site_setting WHERE site_id = $1 AND deleted_at IS NULL
       AND ${isOlder('observed_at', '$2')}`,
    [siteId, until],
  );
  return rows.map(({ key }) => key);
}
