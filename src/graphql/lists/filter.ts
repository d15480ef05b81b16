import { badInput } from '../errors.ts';
import { type Sql, join, raw, sql } from './sql.ts';

/** What a client asks of one field: all that is given must hold. An operator that is null is as good as not given. */
export interface Condition {
  readonly equals?: unknown;
  readonly in?: readonly unknown[] | null | undefined;
  readonly contains?: string | null | undefined;
  readonly gt?: unknown;
  readonly gte?: unknown;
  readonly lt?: unknown;
  readonly lte?: unknown;
  readonly isNull?: boolean | null | undefined;
}

/**
 * What a client asks of a row: all conditions on its fields must hold, and all of `and`, one of `or`, `not` must not.
 * The conditions stand beside these three under the names of the fields, checked by GraphQL.
 */
export interface Filter {
  readonly and?: readonly Filter[] | null | undefined;
  readonly or?: readonly Filter[] | null | undefined;
  readonly not?: Filter | null | undefined;
}

/** How the condition on a field becomes SQL: parts that must all hold. */
export type FieldFilter = (condition: Condition) => readonly Sql[];

const MAX_DEPTH = 5;
const MAX_CONDITIONS = 50;
export const MAX_VALUES = 100;

/**
 * The SQL of a filter. Each condition is true or false, never unknown: `not` brings exactly the other rows, those
 * without a value among them. Throws BAD_USER_INPUT for what is too large or cannot be a value.
 */
export function filterRows(
  fields: Readonly<Record<string, FieldFilter>>,
  filter: Filter | null | undefined,
): Sql[] {
  if (filter == null) return [];
  let count = 0;
  const allOf = (asked: Filter, depth: number): Sql[] => {
    if (depth > MAX_DEPTH)
      throw badInput(`Expected a filter of at most ${MAX_DEPTH} levels, got a deeper one.`);
    const { and, or, not } = asked;
    const parts = Object.entries(fields).flatMap(([name, field]) => {
      const condition: Condition | null | undefined = Reflect.get(asked, name);
      return condition == null ? [] : field(condition);
    });
    count += parts.length;
    if (count > MAX_CONDITIONS) throw badInput(`Expected a filter of at most ${MAX_CONDITIONS} conditions.`);
    const inner = (given: Filter) => conjunction(allOf(given, depth + 1));
    return [
      ...parts,
      ...(and ?? []).map(inner),
      ...(or == null ? [] : [or.length === 0 ? raw('false') : sql`(${join(or.map(inner), ' OR ')})`]),
      ...(not == null ? [] : [sql`${inner(not)} IS NOT TRUE`]),
    ];
  };
  return allOf(filter, 1);
}

const conjunction = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? raw('true') : sql`(${join(parts, ' AND ')})`;
