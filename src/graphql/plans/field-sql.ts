import type { List } from '../lists/list.ts';
import type { PageArguments } from '../lists/page.ts';
import { type Sql, sql } from '../lists/sql.ts';
import { type Table, column } from '../lists/table.ts';

/** One row: of those around it, or at the root of a query. */
export interface RowSql {
  readonly kind: 'row';
  readonly table: Table;
  /** Fields of the row around it, which `rows` calls `parent.key0`, `parent.key1`, … */
  readonly keys: readonly string[];
  /** The condition for the row `t`. */
  readonly rows: Sql;
}

/** A connection. */
export interface ListSql {
  readonly kind: 'list';
  readonly list: List;
  /** Of a list of the row around it: fields of that row, and the condition for a row `t` that belongs to it. */
  readonly parent?: Pick<RowSql, 'keys' | 'rows'>;
  readonly args: PageArguments;
  /** Filters from the arguments. */
  readonly conditions: readonly Sql[];
}

/** An object made of the row itself: the value of each of its fields. */
export interface PartSql {
  readonly kind: 'part';
  readonly values: Readonly<Record<string, Sql>>;
}

/** A leaf, or a list of leaves, as the text of its JSON. */
export interface JsonSql {
  readonly kind: 'json';
  readonly json: Sql;
}

type FieldSql = RowSql | ListSql | PartSql | JsonSql;

/**
 * Named on a field that PostgreSQL can answer by itself. An operation of nothing but such fields, and of exposed
 * columns, is one statement (docs/decisions/014); the resolver beside it says the same for all others.
 */
declare module 'graphql' {
  // oxlint-disable-next-line typescript/no-unused-vars -- the names are those of the interface that is added to
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    sql?: (args: _TArgs) => FieldSql;
  }
}

const asText = (value: Sql): Sql => sql`${value}::text`;
const asString = (value: Sql): Sql => sql`to_json(${value}::text)::text`;
const inQuotes = (text: Sql): Sql => sql`'"' || ${text} || '"'`;

/** How the values of each scalar are written, as its `serialize` writes them. */
const writers: Readonly<Record<string, (value: Sql) => Sql>> = {
  String: asString,
  Int: asText,
  SafeInt: asText,
  Boolean: asText,
  Decimal: (value) =>
    inQuotes(
      sql`CASE WHEN scale(trim_scale(${value})) < 2 THEN round(${value}, 2) ELSE trim_scale(${value}) END`,
    ),
  DateTime: (value) => inQuotes(sql`to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`),
  Date: (value) => inQuotes(sql`to_char(${value}, 'YYYY-MM-DD')`),
};

/** The text of the JSON of a value; undefined for a scalar that is not known here. */
export function scalarJson(typename: string, value: Sql): Sql | undefined {
  const json = writers[typename]?.(value);
  return json === undefined ? undefined : sql`coalesce(${json}, 'null')`;
}

/** The same of an enum, whose values need no escapes. */
export const enumJson = (value: Sql): Sql => sql`coalesce(${inQuotes(asText(value))}, 'null')`;

/** The global id of a row: its type, then its key. */
export const idJson = (typename: string, table: Table): Sql =>
  asString(
    table.keys.reduce((text, field) => sql`${text} || ':' || ${column(field)}`, sql`${typename}::text`),
  );
