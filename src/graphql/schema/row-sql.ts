import { readId } from '../global-ids.ts';
import { type Sql, raw, sql } from '../lists/sql.ts';
import { type Table, column } from '../lists/table.ts';
import type { PartSql, RowSql } from '../plans/field-sql.ts';

/** The record with this global id. Throws BAD_USER_INPUT for the id of something else. */
export function recordSql(typename: string, table: Table, id: string): RowSql {
  const [siteId, sourceId] = readId(typename, id, 'int', 'bigint');
  const rows = sql`t.site_id = ${siteId}::int AND t.source_id = ${String(sourceId)}::bigint`;
  return { kind: 'row', table, keys: [], rows };
}

/** The record of the same site whose source id a field of the row holds. */
export const neighbourSql = (table: Table, field: string): RowSql => ({
  kind: 'row',
  table,
  keys: ['siteId', field],
  rows: raw('t.site_id = parent.key0 AND t.source_id = parent.key1'),
});

/** An amount in the currency of the row's site. */
export const moneySql = (amount: string): PartSql => ({
  kind: 'part',
  values: { amount: column(amount), currency: currencyOfSite },
});

const currencyOfSite: Sql = raw('(SELECT site.currency FROM site WHERE site.id = t.site_id)');
