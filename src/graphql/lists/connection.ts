import type { MaybePromise } from '@pothos/core';
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';

import type { Context } from '../context.ts';
import { freshnessBefore, type FreshnessScope, type MaybeFreshness } from '../freshness.ts';
import { listName, writeCursor } from './cursor.ts';
import type { List, NestedList } from './list.ts';
import { countNested, countRoot, loadNestedPages, loadRootPage, type ListQuery } from './load-pages.ts';
import { type Page, type PageArguments, readPage } from './page.ts';
import { selectedFields } from './selection.ts';
import type { Sql } from './sql.ts';

interface Edge<Row> {
  readonly cursor: string;
  readonly node: Row;
}

/** A Relay connection that reads nothing until one of its fields is asked for. */
export interface Connection<Row> extends MaybeFreshness {
  readonly edges: Promise<Edge<Row>[]>;
  readonly nodes: Promise<Row[]>;
  readonly pageInfo: Promise<{
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  }>;
  readonly totalCount: Promise<number>;
}

/**
 * A list at the root of a query.
 *
 * @param sites the conditions by which it is of some sites only; for its freshness
 */
export function rootConnection<Row extends object>(
  context: Context,
  info: GraphQLResolveInfo,
  list: List,
  args: PageArguments,
  conditions: readonly Sql[],
  sites: readonly Sql[] = [],
): MaybePromise<Connection<Row>> {
  const page = readPage(context.services.cursorKey, list.kind, list.order, args);
  const fields = selectedFields(info, list.table);
  const made = connection(
    context.services.cursorKey,
    list,
    page,
    () => loadRootPage<Row>(context.database, list, { page, conditions, fields }),
    () => countRoot(context.database, list, conditions),
  );
  return withFreshness(context, info, list, sites, made);
}

/** A list of one parent. All parents of one answer that ask the same are read together. */
export function nestedConnection<Parent, Row extends object>(
  context: Context,
  info: GraphQLResolveInfo,
  list: NestedList<Parent>,
  parent: Parent,
  args: PageArguments,
  conditions: readonly Sql[],
): MaybePromise<Connection<Row>> {
  const fields = selectedFields(info, list.table);
  const query: ListQuery = {
    page: readPage(context.services.cursorKey, list.kind, list.order, args),
    conditions,
    fields,
  };
  const asked = conditions.map(({ texts, values }) => [texts, values]);
  const made = connection(
    context.services.cursorKey,
    list,
    query.page,
    () =>
      context.loaders
        .batch(
          JSON.stringify(['pages', listName(list.kind, list.order), query.page, asked, fields]),
          () =>
            new DataLoader<Parent, Row[]>((parents) =>
              loadNestedPages(context.database, list, query, parents),
            ),
        )
        .load(parent),
    () =>
      context.loaders
        .batch(
          JSON.stringify(['counts', list.kind, asked]),
          () =>
            new DataLoader<Parent, number>((parents) =>
              countNested(context.database, list, conditions, parents),
            ),
        )
        .load(parent),
  );
  return withFreshness(context, info, list, list.sitesOf?.(parent) ?? [], made);
}

/** Nothing of a list of mirrored data is read before its freshness has come, where that is asked for. */
function withFreshness<Row>(
  context: Context,
  info: GraphQLResolveInfo,
  { table: { entity }, chosenBy = [] }: List & Pick<NestedList<never>, 'chosenBy'>,
  sites: FreshnessScope['sites'],
  made: Connection<Row>,
): MaybePromise<Connection<Row>> {
  const reading =
    entity === undefined
      ? undefined
      : freshnessBefore(context, info, { entities: [entity, ...chosenBy], sites });
  return reading === undefined ? made : reading.then((freshness) => Object.assign(made, { freshness }));
}

function connection<Row extends object>(
  cursorKey: Buffer,
  list: List,
  page: Page,
  load: () => Promise<Row[]>,
  count: () => Promise<number>,
): Connection<Row> {
  let loading: Promise<{ rows: Row[]; more: boolean }> | undefined;
  const read = () => (loading ??= load().then((rows) => withoutExtra(rows, page)));
  // Written when they are asked for: most answers need two of them, or none.
  const cursorOf = (row: Row) => writeCursor(cursorKey, list.kind, list.order, row);
  return {
    get edges() {
      return read().then(({ rows }) =>
        rows.map((node) => ({
          node,
          get cursor() {
            return cursorOf(node);
          },
        })),
      );
    },
    get nodes() {
      return read().then(({ rows }) => rows);
    },
    get pageInfo() {
      return read().then(({ rows, more }) => {
        const [first, last] = [rows[0], rows.at(-1)];
        return {
          hasNextPage: page.backwards ? page.before !== null : more,
          hasPreviousPage: page.backwards ? more : page.after !== null,
          get startCursor() {
            return first === undefined ? null : cursorOf(first);
          },
          get endCursor() {
            return last === undefined ? null : cursorOf(last);
          },
        };
      });
    },
    get totalCount() {
      return count();
    },
  };
}

/** One row more than the page was read, to know whether there are more; it stands at the far end. */
function withoutExtra<Row>(rows: Row[], page: Page): { rows: Row[]; more: boolean } {
  if (rows.length <= page.size) return { rows, more: false };
  return { rows: page.backwards ? rows.slice(1) : rows.slice(0, -1), more: true };
}
