import type { GraphQLObjectType, SelectionSetNode } from 'graphql';

import { placeJson } from '../lists/cursor.ts';
import { selectPage, whereOf } from '../lists/load-pages.ts';
import { readPage } from '../lists/page.ts';
import { type Sql, join, raw, sql } from '../lists/sql.ts';
import { from } from '../lists/table.ts';
import type { ListSql } from './field-sql.ts';
import { placeText } from './places.ts';
import {
  type Nodes,
  NotPlannable,
  type Planning,
  collectFields,
  fieldOf,
  objectJson,
  objectTypeOf,
  parentOf,
  selectionSetsOf,
} from './planning.ts';

/**
 * A connection. What its fields need of the rows is gathered in one pass over the page; `totalCount` counts beside it.
 */
export function listJson(
  planning: Planning,
  type: GraphQLObjectType,
  { list, parent: around, args, conditions }: ListSql,
  selectionSets: readonly SelectionSetNode[],
): Sql {
  const page = readPage(planning.cursorKey, list.kind, list.order, args);
  // Rows that are read in another order than they are shown in: resolvers do that.
  if (page.backwards || list.walksSites === true) throw new NotPlannable();
  const parent = parentOf(around?.keys ?? []);
  const wanted = around === undefined ? conditions : [around.rows, ...conditions];
  // One row more than the page tells whether there are more.
  const looksAhead = [...collectFields(planning, type, selectionSets).values()].some(
    ([{ name }]) => name.value === 'pageInfo',
  );
  const gathered: Sql[] = [];
  const gather = (aggregate: Sql): Sql => {
    gathered.push(sql`${aggregate} AS ${raw(`part${gathered.length}`)}`);
    return raw(`page.part${gathered.length - 1}`);
  };
  const arrayOf = (json: Sql): Sql => {
    const within = raw(looksAhead ? ` FILTER (WHERE t.place <= ${page.size})` : '');
    return sql`'[' || coalesce(${gather(sql`string_agg(${json}, ',')${within}`)}, '') || ']'`;
  };
  const place = () => placeText(planning.places.push(list) - 1, placeJson(list.order));
  const cursorAt = (index: string) =>
    sql`coalesce(${gather(sql`(array_agg(${place()}))[${raw(index)}]`)}, 'null')`;

  const pageInfo = (nodes: Nodes) =>
    objectJson(planning, objectOf(type, nodes), selectionSetsOf(nodes), ([{ name }]) => {
      switch (name.value) {
        case 'hasNextPage':
          return gather(raw(`(count(*) > ${page.size})::text`));
        case 'hasPreviousPage':
          return raw(page.after === null ? `'false'` : `'true'`);
        case 'startCursor':
          return cursorAt('1');
        case 'endCursor':
          return cursorAt(`least(count(*), ${page.size})::int`);
        default:
          throw new NotPlannable();
      }
    });
  const rowOf = (of: GraphQLObjectType, nodes: Nodes) =>
    planning.rowJson(objectOf(of, nodes), list.table, selectionSetsOf(nodes));
  const edgeOf = (edge: GraphQLObjectType, nodes: Nodes) =>
    objectJson(planning, edge, selectionSetsOf(nodes), (inner) =>
      inner[0].name.value === 'cursor' ? place() : rowOf(edge, inner),
    );
  const json = objectJson(planning, type, selectionSets, (nodes) => {
    switch (nodes[0].name.value) {
      case 'nodes':
        return arrayOf(rowOf(type, nodes));
      case 'edges':
        return arrayOf(edgeOf(objectOf(type, nodes), nodes));
      case 'pageInfo':
        return pageInfo(nodes);
      case 'totalCount':
        return sql`(SELECT count(*)::text FROM ${parent}(SELECT FROM ${from(list.table)} ${whereOf(wanted)}) AS t)`;
      default:
        throw new NotPlannable();
    }
  });
  if (gathered.length === 0) return json;
  const rows = selectPage(list, page, wanted, raw('t.*'), raw(String(page.size + (looksAhead ? 1 : 0))));
  const numbered = looksAhead ? sql`SELECT t.*, row_number() OVER () AS place FROM (${rows}) AS t` : rows;
  return sql`(SELECT ${json} FROM (SELECT ${join(gathered, ', ')} FROM ${parent}(${numbered}) AS t) AS page)`;
}

const objectOf = (type: GraphQLObjectType, [node]: Nodes): GraphQLObjectType =>
  objectTypeOf(fieldOf(type, node));
