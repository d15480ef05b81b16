import type { ClientBase, Pool } from 'pg';

import type { Entity } from '../db/generated/prisma/enums.ts';
import type { RecordIssue } from '../template/contract/issues.ts';

/** An issue, and the record it is about: its id on the site, or `@<place in the list>` where it has no sound id. */
export interface FoundIssue extends Omit<RecordIssue, 'code'> {
  record: string;
  code: RecordIssue['code'] | 'DUPLICATE_ID';
}

export interface IssueScope {
  siteId: number;
  runId: string;
  entity: Entity;
}

/** Whether the entity has open issues at all; without any, a page without findings has nothing to close. */
export async function hasOpenIssues(pool: Pool, { siteId, entity }: IssueScope): Promise<boolean> {
  const { rowCount } = await pool.query(
    'SELECT 1 FROM sync_issue WHERE site_id = $1 AND entity = $2 AND resolved_at IS NULL LIMIT 1',
    [siteId, entity],
  );
  return rowCount === 1;
}

/**
 * Opens what was found and closes what is no longer there, for the records of one page. An issue that stays is not
 * written, so an unchanged re-sync writes nothing.
 *
 * @param records all records of the page, with or without findings
 */
export async function recordIssues(
  client: ClientBase,
  { siteId, runId, entity }: IssueScope,
  records: readonly string[],
  found: readonly FoundIssue[],
): Promise<void> {
  const unique = [
    ...new Map(found.map((issue) => [`${issue.record} ${issue.path} ${issue.code}`, issue])).values(),
  ];
  await client.query(
    `
      WITH found AS MATERIALIZED (
        SELECT * FROM unnest($5::text[], $6::text[], $7::text[], $8::issue_severity[], $9::text[], $10::text[])
          AS found (record, path, code, severity, message, value)
      ), stale AS MATERIALIZED (
        SELECT open.id FROM unnest($4::text[]) AS given (record), LATERAL (
          SELECT id, record, path, code FROM sync_issue
          WHERE site_id = $1 AND entity = $3 AND record = given.record AND resolved_at IS NULL
          OFFSET 0 -- keeps it one look-up by key for each record, whatever the planner knows of the table
        ) AS open
        WHERE (open.record, open.path, open.code) NOT IN (SELECT record, path, code FROM found)
      ), closed AS (
        UPDATE sync_issue SET resolved_at = now(), resolved_run_id = $2 WHERE id = ANY (ARRAY (SELECT id FROM stale))
      )
      INSERT INTO sync_issue AS stored (site_id, first_run_id, entity, record, path, code, severity, message, value)
      SELECT $1, $2, $3, found.* FROM found
      ON CONFLICT (site_id, entity, record, path, code) WHERE resolved_at IS NULL DO UPDATE
        SET severity = EXCLUDED.severity, message = EXCLUDED.message, value = EXCLUDED.value
        WHERE (stored.severity, stored.message, stored.value)
          IS DISTINCT FROM (EXCLUDED.severity, EXCLUDED.message, EXCLUDED.value)`,
    [
      siteId,
      runId,
      entity,
      records,
      unique.map((issue) => issue.record),
      unique.map((issue) => issue.path),
      unique.map((issue) => issue.code),
      unique.map((issue) => issue.severity),
      unique.map((issue) => issue.message),
      unique.map((issue) => issue.value),
    ],
  );
}

const ISSUES_AT_ONCE = 10_000;

/** After all of an entity was read: closes the issues of records that were not met. */
export async function closeUnseenIssues(
  client: ClientBase,
  { siteId, runId, entity }: IssueScope,
  isSeen: (record: string) => boolean,
): Promise<void> {
  let after = '0';
  for (;;) {
    // Read in pieces: there may be as many as there are records.
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await client.query<{ id: string; record: string }>(
      `SELECT id, record FROM sync_issue
       WHERE site_id = $1 AND entity = $2 AND resolved_at IS NULL AND id > $3 ORDER BY id LIMIT $4`,
      [siteId, entity, after, ISSUES_AT_ONCE],
    );
    const unseen = rows.filter(({ record }) => !isSeen(record)).map(({ id }) => id);
    if (unseen.length > 0) {
      // oxlint-disable-next-line no-await-in-loop
      await client.query(
        'UPDATE sync_issue SET resolved_at = now(), resolved_run_id = $1 WHERE id = ANY ($2::bigint[])',
        [runId, unseen],
      );
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ISSUES_AT_ONCE) return;
    after = last.id;
  }
}
