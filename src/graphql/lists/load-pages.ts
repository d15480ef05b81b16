import type { Database } from '../../db/client.ts';
import { beyond, cursorColumns, direction, orderBy } from './cursor.ts';
import type { List, NestedList } from './list.ts';
import type { Page } from './page.ts';
import { type Sql, join, raw, sql } from './sql.ts';
import { columns, from, readRows } from './table.ts';

/** What is asked of a list: the same for every parent. */
export interface ListQuery {
  readonly page: Page;
  /** Filters from the arguments. */
  readonly conditions: readonly Sql[];
  readonly fields: readonly string[];
}

/** Rows in the order of the list, one more than asked for when there are more. */
export async function loadRootPage<Row extends object>(
  database: Database,
  list: List,
  query: ListQuery,
): Promise<Row[]> {
  const statement = list.walksSites ? selectPageOfSites(list, query) : selectRows(list, query, []);
  const rows = await readRows<Row>(database, statement);
  return query.page.backwards ? rows.toReversed() : rows;
}

export async function countRoot(database: Database, list: List, conditions: readonly Sql[]): Promise<number> {
  const where = whereOf(conditions);
  const [row] = await readRows<{ total: bigint }>(
    database,
    sql`SELECT count(*) AS total FROM ${from(list.table)} ${where}`,
  );
  return Number(row?.total ?? 0);
}

/** One statement for all parents: a LATERAL subquery reads one index range for each. */
export async function loadNestedPages<Parent, Row extends object>(
  database: Database,
  list: NestedList<Parent>,
  query: ListQuery,
  parents: readonly Parent[],
): Promise<Row[][]> {
  const { page } = query;
  const rows = await readRows<Row & { parentNumber: number }>(
    database,
    sql`SELECT parent.number::int AS "parentNumber", t.*
        FROM ${parentsOf(list, parents)}
        CROSS JOIN LATERAL (${selectRows(list, query, [list.rows])}) AS t`,
  );
  // A nested loop brings each parent's rows in the order of its subquery; nothing sorts them again.
  const pages = parents.map((): Row[] => []);
  for (const row of rows) pages[row.parentNumber - 1]?.push(row);
  return page.backwards ? pages.map((rowsOfParent) => rowsOfParent.toReversed()) : pages;
}

export async function countNested<Parent>(
  database: Database,
  list: NestedList<Parent>,
  conditions: readonly Sql[],
  parents: readonly Parent[],
): Promise<number[]> {
  const rows = await readRows<{ parentNumber: number; total: bigint }>(
    database,
    sql`SELECT parent.number::int AS "parentNumber", t.total
        FROM ${parentsOf(list, parents)}
        CROSS JOIN LATERAL (
          SELECT count(*) AS total FROM ${from(list.table)} ${whereOf([list.rows, ...conditions])}
        ) AS t`,
  );
  const totals = new Map(rows.map((row) => [row.parentNumber, Number(row.total)]));
  return parents.map((_, index) => totals.get(index + 1) ?? 0);
}

function selectRows(list: List, { page, conditions, fields }: ListQuery, parent: readonly Sql[]): Sql {
  const what = sql`${columns(list.table, fields)}, ${cursorColumns(list.order)}`;
  return selectPage(list, page, [...parent, ...conditions], what, sql`${page.size + 1}::int`);
}

/** The rows of one page, each as `what` over the row `t`. */
export function selectPage(list: List, page: Page, conditions: readonly Sql[], what: Sql, limit: Sql): Sql {
  const bounds = [
    ...(page.after === null ? [] : [beyond(list.order, page.after, 'after')]),
    ...(page.before === null ? [] : [beyond(list.order, page.before, 'before')]),
  ];
  return sql`SELECT ${what}
    FROM ${from(list.table)}
    ${whereOf([...conditions, ...bounds])}
    ${orderBy(list.order, page.backwards)}
    LIMIT ${limit}`;
}

/** One index range for each site: the page is among their first rows. */
function selectPageOfSites(list: List, query: ListQuery): Sql {
  const { page, fields } = query;
  const sorted = { ...query, fields: [...new Set([...fields, ...list.order.map(({ field }) => field)])] };
  const order = list.order.map((key) => sql`${raw(`t."${key.field}"`)} ${direction(key, page.backwards)}`);
  return sql`SELECT t.* FROM site
    CROSS JOIN LATERAL (${selectRows(list, sorted, [raw('t.site_id = site.id')])}) AS t
    ORDER BY ${join(order, ', ')} LIMIT ${page.size + 1}::int`;
}

export const whereOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? raw('') : sql`WHERE ${join(conditions, ' AND ')}`;

/** The parents as rows `parent(key0, key1, …, number)`, numbered from 1 in the order given. */
function parentsOf<Parent>(list: NestedList<Parent>, parents: readonly Parent[]): Sql {
  const arrays = list.parentKeys.map(({ type, of }) => sql`${parents.map(of)}::${raw(type)}[]`);
  const names = list.parentKeys.map((_, index) => raw(`key${index}`));
  return sql`unnest(${join(arrays, ', ')}) WITH ORDINALITY AS parent(${join(names, ', ')}, number)
    ${list.parentJoin ?? raw('')}`;
}
