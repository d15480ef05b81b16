import { siteFilter } from './field-filters.ts';
import type { Condition, Filter } from './filter.ts';
import { type Sql, join, raw, sql } from './sql.ts';

/**
 * The sites of which a filter can bring rows, as conditions on `t.site_id`: none when it can bring some of any. What
 * else is asked of a row is unknown here, and what is unknown may be: a site too many is named, none is left out.
 */
export const sitesOfFilter = (filter: Filter | null | undefined): Sql[] =>
  filter == null ? [] : [sql`${truth(filter)} IS NOT FALSE`];

/** Whether a row of the site is wanted: true, false, or null, by the logic of SQL. */
function truth({ and, or, not, ...fields }: Filter): Sql {
  const parts = [
    ...Object.keys(fields).flatMap((name) => {
      const condition: Condition | null | undefined = Reflect.get(fields, name);
      if (condition == null) return [];
      return name === 'site' ? siteFilter(condition) : [raw('NULL::boolean')];
    }),
    ...(and ?? []).map(truth),
    ...(or == null ? [] : [or.length === 0 ? raw('false') : sql`(${join(or.map(truth), ' OR ')})`]),
    ...(not == null ? [] : [sql`NOT ${truth(not)}`]),
  ];
  return parts.length === 0 ? raw('true') : sql`(${join(parts, ' AND ')})`;
}
