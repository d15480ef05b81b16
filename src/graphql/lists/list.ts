import type { Entity } from '../../db/generated/prisma/enums.ts';
import type { FreshnessScope } from '../freshness.ts';
import type { SortKey } from './cursor.ts';
import { type Sql, raw } from './sql.ts';
import type { Table } from './table.ts';

/** A list of the API: which rows, in which order. Root lists have no parent. */
export interface List {
  /** Stands in the cursors: a cursor of one list is of no use in another. */
  readonly kind: string;
  readonly table: Table;
  /** The last keys make the order total. */
  readonly order: readonly SortKey[];
  /** The order has an index within each site only: the first rows of every site are read, and merged. */
  readonly walksSites?: boolean;
}

/** A list that each parent has one of. All parents are answered by one statement. */
export interface NestedList<Parent> extends List {
  /** What ties a row to its parent: the values are `parent.key0`, `parent.key1`, … in `rows`. */
  readonly parentKeys: readonly { readonly type: string; readonly of: (parent: Parent) => unknown }[];
  /** The condition for a row `t` of the parent `parent`. */
  readonly rows: Sql;
  /** Of mirrored data: the sites that the rows of the parent are of, for their freshness; all without it. */
  readonly sitesOf?: (parent: Parent) => FreshnessScope['sites'];
  /** Joined to `parent` before the rows are looked up, where the condition needs more than the keys. */
  readonly parentJoin?: Sql;
  /** Entities beside that of the table by which rows are chosen: its freshness is theirs too. */
  readonly chosenBy?: readonly Entity[];
}

/** A list that every site has. */
export const listOfSite = (
  kind: string,
  table: Table,
  order: readonly SortKey[],
): NestedList<{ readonly id: number }> => ({
  kind,
  table,
  order,
  parentKeys: [{ type: 'int', of: (site) => site.id }],
  rows: raw('t.site_id = parent.key0'),
  sitesOf: (site) => site.id,
});
