import type { ClientBase } from 'pg';

import { isNoNewer } from './clock.ts';

/** How one column of a bulk write gets its values: a PostgreSQL array type and a reader. */
export interface BulkColumn<Row> {
  name: string;
  /** Type of one element: `bigint`, `text`, `numeric` … */
  type: string;
  of: (row: Row) => string | number | boolean | null;
}

export interface BulkCounts {
  created: number;
  updated: number;
  unchanged: number;
}

/** Rows that belong to a row, such as the items of an order: written, and removed, with the row that owns them. */
export interface BulkChildren<Row, Child> {
  table: string;
  /** First column: the owner's source id; second: the place among its siblings; then the values. */
  columns: readonly BulkColumn<Child>[];
  of: (row: Row) => readonly Child[];
}

/** A guarded upsert of one mirrored table: SQL made once, and the arrays it takes. */
export interface Upsert<Row> {
  readonly table: string;
  /** What makes a row's key after `site_id`, and what it holds. Their arrays come first, in this order. */
  readonly key: readonly BulkColumn<Row>[];
  readonly values: readonly BulkColumn<Row>[];
  /** Under which name a connection prepares it. */
  readonly name: string | undefined;
  readonly text: string;
  readonly arrays: (rows: readonly Row[]) => string[];
}

/**
 * Builds the statement that writes a page at once. Three guards make it safe to repeat, in any order: a row equal to
 * the stored one is not written, a row older than the stored one (`observed_at`) is not written, and a tombstoned
 * row that comes back is revived. Children are written only where their owner was, so a value of the owner must tell
 * when they differ.
 *
 * @param key the columns after `site_id` that make a row's key
 */
export function upsertStatement<Row, Child = never>(
  table: string,
  key: readonly BulkColumn<Row>[],
  values: readonly BulkColumn<Row>[],
  children?: BulkChildren<Row, Child>,
): Upsert<Row> {
  const columns = [...key, ...values];
  const keyNames = key.map((column) => column.name).join(', ');
  const list = (prefix: string) => values.map((column) => `${prefix}.${column.name}`).join(', ');
  const text = `
    WITH written AS (
      INSERT INTO "${table}" AS stored (site_id, ${namesOf(columns)}, observed_at)
      -- What a foreign key does for each row is done once: without its site, a page fails of the null.
      SELECT (SELECT id FROM site WHERE id = $1::int FOR KEY SHARE), given.*, $2::timestamptz
      FROM ${given(columns, FIRST_ARRAY)}
      ON CONFLICT (site_id, ${keyNames}) DO UPDATE SET
        ${assignments(values)}, observed_at = EXCLUDED.observed_at, deleted_at = NULL
      WHERE ${isNoNewer('stored.observed_at', 'EXCLUDED.observed_at')}
        AND ((${list('stored')}) IS DISTINCT FROM (${list('EXCLUDED')}) OR stored.deleted_at IS NOT NULL)
      RETURNING ${keyNames}, (xmax = 0) AS created
    )${children === undefined ? '' : childClauses(children, FIRST_ARRAY + columns.length)}
    SELECT count(*) FILTER (WHERE created)::int AS created, count(*) FILTER (WHERE NOT created)::int AS updated
    FROM written`;
  return {
    table,
    key,
    values,
    // With children it is planned anew each time: a plan made while the tables were empty would be ruinous later.
    name: children === undefined ? `upsert-${table}` : undefined,
    text,
    arrays(rows) {
      const own = columns.map((column) => arrayLiteral(rows, column.of));
      if (children === undefined) return own;
      const owned = rows.flatMap((row) => children.of(row));
      return [...own, ...children.columns.map((column) => arrayLiteral(owned, column.of))];
    },
  };
}

const FIRST_ARRAY = 3; // $1 is the site, $2 the time

function childClauses<Row, Child>({ table, columns }: BulkChildren<Row, Child>, firstArray: number): string {
  const [owner, place, ...values] = columns;
  if (owner === undefined || place === undefined) throw new TypeError(`${table} needs an owner and a place`);
  return `,
    given AS MATERIALIZED (SELECT * FROM ${given(columns, firstArray)}),
    removed AS (
      DELETE FROM "${table}" WHERE ctid = ANY (ARRAY (
        SELECT sibling.ctid FROM written, LATERAL (
          SELECT ctid, ${owner.name}, ${place.name} FROM "${table}"
          WHERE site_id = $1::int AND ${owner.name} = written.source_id
          OFFSET 0 -- keeps it one look-up by key for each owner, whatever the planner knows of the table
        ) AS sibling
        WHERE (sibling.${owner.name}, sibling.${place.name}) NOT IN (SELECT ${owner.name}, ${place.name} FROM given)
      ))
    ),
    owned AS (
      INSERT INTO "${table}" (site_id, ${namesOf(columns)})
      SELECT $1::int, given.* FROM given JOIN written ON written.source_id = given.${owner.name}
      ON CONFLICT (site_id, ${owner.name}, ${place.name}) DO UPDATE SET ${assignments(values)}
    )`;
}

interface Named {
  name: string;
  type: string;
}

const namesOf = (columns: readonly Named[]) => columns.map((column) => column.name).join(', ');

const assignments = (columns: readonly Named[]) =>
  columns.map((column) => `${column.name} = EXCLUDED.${column.name}`).join(', ');

/** Rows from arrays. Several `unnest` in a SELECT go in step; as one in FROM, each would store its rows in between. */
const given = (columns: readonly Named[], first: number) =>
  `(SELECT ${columns.map(({ name, type }, index) => `unnest($${first + index}::${type}[]) AS ${name}`).join(', ')}) AS given`;

/**
 * Writes the rows of one page in one statement. No two rows may have the same key.
 *
 * @param observedAt when the request that brought the rows was sent
 */
export async function upsert<Row>(
  client: ClientBase,
  statement: Upsert<Row>,
  siteId: number,
  observedAt: Date,
  rows: readonly Row[],
): Promise<BulkCounts> {
  if (rows.length === 0) return { created: 0, updated: 0, unchanged: 0 };
  const { rows: counts } = await client.query<{ created: number; updated: number }>({
    ...(statement.name === undefined ? {} : { name: statement.name }),
    text: statement.text,
    values: [siteId, observedAt, ...statement.arrays(rows)],
  });
  const { created, updated } = counts[0] ?? { created: 0, updated: 0 };
  return { created, updated, unchanged: rows.length - created - updated };
}

const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;

/**
 * A PostgreSQL array as text, which costs a third of what the driver's own conversion does. A column without any
 * value becomes an empty array: `unnest` of several arrays fills the shorter ones with nulls.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function arrayLiteral<Row>(
  rows: readonly Row[],
  of: (row: Row) => string | number | boolean | null,
): string {
  let text = '';
  let anyValue = false;
  for (const row of rows) {
    const value = of(row);
    if (value === null) {
      text += ',NULL';
    } else {
      anyValue = true;
      if (typeof value !== 'string') text += `,${value}`;
      else if (NEEDS_ESCAPE.test(value)) text += `,"${value.replace(ESCAPED, '\\$&')}"`;
      else text += `,"${value}"`;
    }
  }
  return anyValue ? `{${text.slice(1)}}` : '{}';
}
