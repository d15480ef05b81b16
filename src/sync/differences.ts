import type { ClientBase } from 'pg';

import type { FieldChange, RowChange } from '../db/compare.ts';
import type { DifferenceKind } from '../db/generated/prisma/enums.ts';
import type { FoundIssue } from './issues.ts';
import type { ScanScope } from './scans.ts';

/** So many of each kind and entity are kept: enough to see what a sync would do, not a second mirror. */
export const DIFFERENCES_SHOWN = 10;

/** Something that a sync would do to one record. */
interface Difference {
  kind: DifferenceKind;
  record: string;
  /** Named as on the API; of a list within a record only that it differs. */
  fields: { field: string; before: string | null; after: string | null }[];
}

export const ofChange = ({ key, isNew, fields }: RowChange): Difference => ({
  kind: isNew ? 'CREATE' : 'UPDATE',
  record: key,
  fields: fields.map(ofField),
});

export const ofDeletion = (record: string): Difference => ({ kind: 'DELETE', record, fields: [] });

/** The records that stay out, and why. */
export function ofRejections(issues: readonly FoundIssue[]): Difference[] {
  const errors = issues.filter(({ severity }) => severity === 'ERROR');
  return [...Map.groupBy(errors, ({ record }) => record)].map(([record, found]) => ({
    kind: 'REJECT',
    record,
    fields: found.map(({ path, value }) => ({ field: path, before: null, after: value })),
  }));
}

function ofField({ column, before, after }: FieldChange): Difference['fields'][number] {
  if (column === 'items_digest') return { field: 'items', before: null, after: null };
  return { field: column.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase()), before, after };
}

/** Keeps the first differences of each kind; those beyond are only counted. */
export async function recordDifferences(
  client: ClientBase,
  { runId, entity }: ScanScope,
  differences: readonly Difference[],
): Promise<void> {
  if (differences.length === 0) return;
  await client.query(
    `WITH given AS (
       SELECT kind, record, fields, row_number() OVER (PARTITION BY kind ORDER BY place) AS turn
       FROM unnest($3::difference_kind[], $4::text[], $5::jsonb[]) WITH ORDINALITY AS given (kind, record, fields, place)
     )
     INSERT INTO sync_difference (run_id, entity, kind, record, fields)
     SELECT $1, $2, kind, record, fields FROM given
     WHERE turn + (
       SELECT count(*) FROM sync_difference WHERE run_id = $1 AND entity = $2 AND kind = given.kind
     ) <= $6
     ON CONFLICT (run_id, entity, kind, record) DO NOTHING`,
    [
      runId,
      entity,
      differences.map(({ kind }) => kind),
      differences.map(({ record }) => record),
      differences.map(({ fields }) => JSON.stringify(fields)),
      DIFFERENCES_SHOWN,
    ],
  );
}
