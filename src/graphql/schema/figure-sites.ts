import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import type { FreshnessScope } from '../freshness.ts';
import { readId } from '../global-ids.ts';
import { sql } from '../lists/sql.ts';

/** What figures need to know of a site. */
export interface FigureSite {
  readonly id: number;
  readonly timeZone: string;
  readonly currency: string;
}

/** Amounts of different currencies are never added up: each has its sites, and figures of its own. */
export interface CurrencyGroup {
  readonly currency: string;
  readonly sites: readonly FigureSite[];
}

/** The columns of a site that its figures need. */
export const figureColumns = ['id', 'timeZone', 'currency'] as const;

/** The argument of figures over several sites. */
export const siteIdsArg = () =>
  builder.args((t) => ({
    siteIds: t.idList({ description: 'Only these sites, such as ["Site:1"]. Without it: all sites.' }),
  }));

/** The sites that are asked for, all without ids. Throws BAD_USER_INPUT where there is none with an id. */
export async function readSites(
  { database }: Context,
  siteIds: readonly string[] | null | undefined,
): Promise<FigureSite[]> {
  const ids = siteIds == null ? null : [...new Set(siteIds.map((id) => readId('Site', id, 'int')[0]))];
  const { rows } = await database.pool.query<FigureSite>(
    `SELECT id, time_zone AS "timeZone", currency FROM site WHERE $1::int[] IS NULL OR id = ANY ($1) ORDER BY id`,
    [ids],
  );
  const missing = ids?.find((id) => rows.every((site) => site.id !== id));
  if (missing !== undefined) throw badInput(`There is no site "Site:${missing}"; leave it out.`);
  return rows;
}

/** The sites by their currency, in the order of the alphabet. */
export const byCurrency = (sites: readonly FigureSite[]): CurrencyGroup[] =>
  [...Map.groupBy(sites, ({ currency }) => currency)]
    .map(([currency, sitesOfCurrency]) => ({ currency, sites: sitesOfCurrency }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));

/** Sites as the freshness of what is shown of them is asked for: one by itself is read together with others. */
export function scopeOf(sites: readonly { readonly id: number }[]): FreshnessScope['sites'] {
  const [only, ...others] = sites.map(({ id }) => id);
  return only !== undefined && others.length === 0
    ? only
    : [sql`t.site_id = ANY (${sites.map(({ id }) => id)}::int[])`];
}
