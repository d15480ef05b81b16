import DataLoader from 'dataloader';
import {
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  getDirectiveValues,
} from 'graphql';

import type { Entity } from '../db/generated/prisma/enums.ts';
import type { Context } from './context.ts';
import { type Sql, join, raw, sql } from './lists/sql.ts';
import { readRows } from './lists/table.ts';

/** Why what is here of a site may not be what it holds. */
export type StaleReason =
  'TOO_OLD' | 'SYNC_FAILED' | 'KEY_REFUSED' | 'UNPROVEN' | 'UNSUPPORTED' | 'DELETIONS_HELD';

/** A site that is not fresh. */
export interface LateSite {
  readonly siteId: number;
  readonly asOf: Date | null;
  readonly reasons: readonly StaleReason[];
  readonly errorCode: string | null;
}

/** How far what a list or a figure shows can be trusted. */
export interface Freshness {
  readonly siteCount: number;
  readonly asOf: Date | null;
  readonly staleCount: number;
  readonly neverSyncedCount: number;
  /** The first of them, at most MAX_NAMED. */
  readonly stale: readonly LateSite[];
  readonly neverSynced: readonly LateSite[];
}

/** What a list or a figure speaks of. */
export interface FreshnessScope {
  /** What its rows are made of. */
  readonly entities: readonly Entity[];
  /** The one site it is about, or conditions on `t.site_id`: none for all sites. */
  readonly sites: number | readonly Sql[];
}

/** Beside what is shown; undefined where nobody asks. */
export interface MaybeFreshness {
  readonly freshness?: Freshness | undefined;
}

/** How many sites are named of each kind. */
export const MAX_NAMED = 100;

/**
 * Reads how fresh the sites are, where the field `freshness` is selected; undefined where it is not. Await it before
 * the rows are read: a sync that ends in between has then brought rows that are not spoken of, instead of being spoken
 * of without its rows. All sites of one answer are read together.
 */
export function freshnessBefore(
  context: Context,
  info: GraphQLResolveInfo,
  { entities, sites }: FreshnessScope,
): Promise<Freshness> | undefined {
  if (!info.fieldNodes.some((node) => isSelected(info, node.selectionSet?.selections ?? [])))
    return undefined;
  return readFreshness(context, { entities, sites });
}

/** The same, whether it is selected or not. */
export function readFreshness(context: Context, { entities, sites }: FreshnessScope): Promise<Freshness> {
  const perSite = typeof sites === 'number';
  const name = JSON.stringify(['freshness', entities, perSite || sites]);
  const loader = context.loaders.batch(
    name,
    () =>
      new DataLoader<number, Freshness>(async (keys) => {
        const asked = perSite ? [sql`t.site_id = ANY(${keys}::int[])`] : sites;
        const rows = await readRows<FreshnessRow>(
          context.database,
          select(context, entities, asked, perSite),
        );
        // The answer becomes another when the next site is too old, without any change of the data.
        for (const { freshUntil } of rows) if (freshUntil !== null) context.now(() => freshUntil);
        const bySite = new Map(rows.map((row) => [row.siteId, toFreshness(row)]));
        return keys.map((key) => bySite.get(key) ?? noSite);
      }),
  );
  return loader.load(perSite ? sites : ALL);
}

/** Stands for all sites that a scope is about; no site has this id. */
const ALL = 0;

const noSite: Freshness = {
  siteCount: 0,
  asOf: null,
  staleCount: 0,
  neverSyncedCount: 0,
  stale: [],
  neverSynced: [],
};

type NamedSite = Omit<LateSite, 'asOf'> & { readonly asOf: string | null };

interface FreshnessRow extends Omit<Freshness, 'stale' | 'neverSynced'> {
  readonly siteId: number;
  /** When the first of the sites that are not too old will be. */
  readonly freshUntil: Date | null;
  readonly stale: readonly NamedSite[] | null;
  readonly neverSynced: readonly NamedSite[] | null;
}

function toFreshness({ stale, neverSynced, ...row }: FreshnessRow): Freshness {
  const named = (sites: readonly NamedSite[] | null) =>
    (sites ?? []).map((site) => ({ ...site, asOf: site.asOf === null ? null : new Date(site.asOf) }));
  return { ...row, stale: named(stale), neverSynced: named(neverSynced) };
}

function select(
  { services: { staleAfterMinutes } }: Context,
  entities: readonly Entity[],
  asked: readonly Sql[],
  perSite: boolean,
): Sql {
  const named = (which: string) =>
    raw(`to_jsonb((array_agg(
    jsonb_build_object('siteId', site_id, 'asOf', as_of, 'reasons', reasons, 'errorCode', error_code)
    ORDER BY site_id) FILTER (WHERE ${which}))[1:${MAX_NAMED}])`);
  const limit = sql`make_interval(mins => ${staleAfterMinutes}::int)`;
  const never = 'as_of IS NULL';
  const stale = "as_of IS NOT NULL AND reasons <> '{}'";
  return sql`
    SELECT ${raw(perSite ? 'site_id' : String(ALL))} AS "siteId",
      count(*)::int AS "siteCount",
      CASE WHEN bool_and(as_of IS NOT NULL) THEN min(as_of) END AS "asOf",
      count(*) FILTER (WHERE ${raw(stale)})::int AS "staleCount",
      count(*) FILTER (WHERE ${raw(never)})::int AS "neverSyncedCount",
      min(as_of) FILTER (WHERE 'TOO_OLD' <> ALL (reasons)) + ${limit} AS "freshUntil",
      ${named(stale)} AS "stale", ${named(never)} AS "neverSynced"
    FROM (
      SELECT t.site_id, mirror.as_of, mirror.error_code, array_remove(ARRAY[
        CASE WHEN mirror.as_of + ${limit} < now() THEN 'TOO_OLD' END,
        CASE WHEN mirror.key_refused THEN 'KEY_REFUSED' END,
        CASE WHEN mirror.failed THEN 'SYNC_FAILED' END,
        CASE WHEN mirror.unproven THEN 'UNPROVEN' END,
        CASE WHEN mirror.unsupported THEN 'UNSUPPORTED' END,
        CASE WHEN mirror.held THEN 'DELETIONS_HELD' END
      ], NULL) AS reasons
      FROM (SELECT id AS site_id FROM site) AS t
      CROSS JOIN LATERAL (
        SELECT CASE WHEN bool_and(known.as_of IS NOT NULL) THEN min(known.as_of) END AS as_of,
          min(known.error_code) AS error_code,
          bool_or(known.error_code = 'KEY_REFUSED') AS key_refused,
          bool_or(known.outcome = 'FAILED' AND known.error_code <> 'KEY_REFUSED') AS failed,
          bool_or(known.outcome = 'UNPROVEN') AS unproven,
          bool_or(known.outcome = 'UNSUPPORTED') AS unsupported,
          bool_or(EXISTS (
            SELECT 1 FROM deletion_hold AS hold
            WHERE hold.site_id = t.site_id AND hold.entity = asked.entity AND hold.decided_at IS NULL
          )) AS held
        FROM unnest(${entities}::entity[]) AS asked(entity)
        LEFT JOIN LATERAL (
          SELECT as_of, outcome, error_code FROM site_freshness AS stored
          WHERE stored.site_id = t.site_id AND stored.entity = asked.entity OFFSET 0
        ) AS known ON true
      ) AS mirror
      ${asked.length === 0 ? raw('') : sql`WHERE ${join(asked, ' AND ')}`}
    ) AS site
    GROUP BY ${raw(perSite ? 'site_id' : '()')}`;
}

/** Whether the field `freshness` is among these, in fragments too, and not skipped. */
function isSelected(info: GraphQLResolveInfo, selections: readonly SelectionNode[]): boolean {
  return selections.some((selection) => {
    if (!isIncluded(info, selection)) return false;
    if (selection.kind === Kind.FIELD) return selection.name.value === 'freshness';
    const { selectionSet } =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : (info.fragments[selection.name.value] ?? {});
    return isSelected(info, selectionSet?.selections ?? []);
  });
}

function isIncluded(info: GraphQLResolveInfo, node: SelectionNode): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  const { variableValues } = info;
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false
  );
}
