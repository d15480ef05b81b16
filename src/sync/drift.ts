import type { ClientBase } from 'pg';

import type { Drift, DriftReport } from '../template/contract/drift.ts';
import type { IssueScope } from './issues.ts';
import { writeLog } from './runs.ts';

type StoredDrift = Drift & { id: string };

/** Names of fields are the site's to choose, and need not be the same tomorrow: what is kept of them is bounded. */
const OPEN_AT_MOST = 50;
const RESOLVED_AT_MOST = 200;
const NAMED_IN_LOG = 5;

/**
 * Opens the drift that is new, closes what is over, and logs both. What stays is not written, so an unchanged re-sync
 * writes nothing. At most 50 are open for each site and entity.
 */
export async function recordDrift(
  client: ClientBase,
  scope: IssueScope,
  { found, isOver }: DriftReport,
): Promise<void> {
  const { siteId, runId, entity } = scope;
  const { rows: open } = await client.query<StoredDrift>({
    name: 'open-drift',
    text: `SELECT id, kind, path, expected, found FROM site_drift
           WHERE site_id = $1 AND entity = $2 AND resolved_at IS NULL ORDER BY id`,
    values: [siteId, entity],
  });
  const over = open.filter(isOver);
  const isOpen = (drift: Drift) => open.some((stored) => isSame(stored, drift));
  // Nulls do not say that a type is another now.
  const changed = found.filter(
    (drift) => drift.found !== null && isOpen(drift) && !open.some((stored) => isEqual(stored, drift)),
  );
  const room = Math.max(0, OPEN_AT_MOST - (open.length - over.length));
  const opened = found.filter((drift) => !isOpen(drift)).slice(0, room);

  if (over.length > 0) {
    await client.query(
      'UPDATE site_drift SET resolved_at = now(), resolved_run_id = $1 WHERE id = ANY ($2::bigint[])',
      [runId, over.map(({ id }) => id)],
    );
    await forgetOldest(client, scope);
    const paths = listed(over.map(({ path }) => path));
    await writeLog(client, runId, 'INFO', entity, `The site is back to the contract: ${paths}.`);
  }
  if (changed.length + opened.length > 0) await write(client, scope, [...changed, ...opened]);
  if (opened.length > 0) {
    const differences = listed(opened.map(inWords));
    const sentence = `Expected the fields that the contract knows, got ${differences}; look at the site's drift.`;
    await writeLog(client, runId, 'WARNING', entity, sentence);
  }
}

const isSame = (a: Drift, b: Drift): boolean => a.kind === b.kind && a.path === b.path;

const isEqual = (a: Drift, b: Drift): boolean =>
  isSame(a, b) && a.expected === b.expected && a.found === b.found;

async function write(
  client: ClientBase,
  { siteId, runId, entity }: IssueScope,
  drift: readonly Drift[],
): Promise<void> {
  await client.query(
    `INSERT INTO site_drift AS stored (site_id, first_run_id, entity, kind, path, expected, found)
     SELECT $1, $2, $3, given.* FROM unnest($4::drift_kind[], $5::text[], $6::text[], $7::text[])
       AS given (kind, path, expected, found)
     ON CONFLICT (site_id, entity, kind, path) WHERE resolved_at IS NULL
     DO UPDATE SET expected = EXCLUDED.expected, found = EXCLUDED.found`,
    [
      siteId,
      runId,
      entity,
      drift.map(({ kind }) => kind),
      drift.map(({ path }) => path),
      drift.map(({ expected }) => expected),
      drift.map(({ found }) => found),
    ],
  );
}

async function forgetOldest(client: ClientBase, { siteId, entity }: IssueScope): Promise<void> {
  await client.query(
    `DELETE FROM site_drift WHERE id = ANY (ARRAY (
       SELECT id FROM site_drift WHERE site_id = $1 AND entity = $2 AND resolved_at IS NOT NULL
       ORDER BY id DESC OFFSET $3
     ))`,
    [siteId, entity, RESOLVED_AT_MOST],
  );
}

/** As it reads after "got": "price as text instead of number". */
function inWords({ kind, path, expected, found }: Drift): string {
  switch (kind) {
    case 'UNKNOWN_FIELD':
      return `${path} (${found ?? 'null'}), which it does not know`;
    case 'VANISHED':
      return `no ${path} (${expected})`;
    case 'TYPE_CHANGED':
      return `${path} as ${found} instead of ${expected}`;
  }
}

function listed(parts: readonly string[]): string {
  const rest = parts.length - NAMED_IN_LOG;
  return parts.slice(0, NAMED_IN_LOG).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
}
