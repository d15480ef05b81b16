import type { ClientBase } from 'pg';
import { z } from 'zod';

import { isNoNewer } from './clock.ts';
import type { BulkColumn, BulkCounts, Upsert } from './bulk.ts';

/** A value that an upsert would change, as text; null where there is none. */
const FieldChange = z.object({
  column: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type FieldChange = z.infer<typeof FieldChange>;

/** A row that an upsert would write. */
const RowChange = z.object({
  key: z.string(),
  isNew: z.boolean(),
  fields: z.array(FieldChange.nullable()).transform((fields) => fields.filter((field) => field !== null)),
});
export type RowChange = z.infer<typeof RowChange>;

/**
 * Says what an upsert of these rows would do, and does nothing of it: the same guards, the same types.
 *
 * @param show how many of the rows that would change are described
 */
export async function compare<Row>(
  client: ClientBase,
  statement: Upsert<Row>,
  siteId: number,
  observedAt: Date,
  rows: readonly Row[],
  show: number,
): Promise<{ counts: BulkCounts; changes: RowChange[] }> {
  if (rows.length === 0) return { counts: { created: 0, updated: 0, unchanged: 0 }, changes: [] };
  const columns = [...statement.key, ...statement.values];
  const arrays = statement.arrays(rows).slice(0, columns.length);
  const { rows: answers } = await client.query<{ created: number; updated: number; changes: unknown }>(
    comparison(statement),
    [siteId, observedAt, show, ...arrays],
  );
  const { created = 0, updated = 0, changes } = answers[0] ?? {};
  return {
    counts: { created, updated, unchanged: rows.length - created - updated },
    changes: z.array(RowChange).parse(changes ?? []),
  };
}

function comparison<Row>({ table, key, values }: Upsert<Row>): string {
  const columns = [...key, ...values];
  const names = columns.map(({ name }) => name).join(', ');
  const [first] = key;
  if (first === undefined) throw new TypeError(`${table} needs a key`);
  const unnested = columns.map(({ type }, index) => `$${index + 4}::${type}[]`).join(', ');
  const list = (prefix: string) => values.map(({ name }) => `${prefix}.${name}`).join(', ');
  const sameKey = key.map(({ name }) => `${name} = given.${name}`).join(' AND ');
  return `
    WITH changed AS MATERIALIZED (
      SELECT given.${first.name}::text AS key, stored.site_id IS NULL AS "isNew",
        CASE WHEN stored.site_id IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(
          CASE WHEN stored.deleted_at IS NOT NULL
            THEN jsonb_build_object('column', 'deleted_at', 'before', stored.deleted_at::text, 'after', NULL) END,
          ${values.map(changeOf).join(', ')}
        ) END AS fields
      FROM unnest(${unnested}) AS given (${names})
      LEFT JOIN LATERAL (
        SELECT * FROM "${table}" WHERE site_id = $1::int AND ${sameKey}
        OFFSET 0 -- keeps it one look-up by key for each row, whatever the planner knows of the table
      ) AS stored ON true
      WHERE stored.site_id IS NULL
        OR ${isNoNewer('stored.observed_at', '$2::timestamptz')}
        AND ((${list('stored')}) IS DISTINCT FROM (${list('given')}) OR stored.deleted_at IS NOT NULL)
    )
    SELECT count(*) FILTER (WHERE "isNew")::int AS created, count(*) FILTER (WHERE NOT "isNew")::int AS updated,
      (SELECT jsonb_agg(first) FROM (SELECT * FROM changed LIMIT $3::int) AS first) AS changes
    FROM changed`;
}

const changeOf = ({ name }: Pick<BulkColumn<never>, 'name'>): string => `
  CASE WHEN stored.${name} IS DISTINCT FROM given.${name}
    THEN jsonb_build_object('column', '${name}', 'before', stored.${name}::text, 'after', given.${name}::text) END`;
