import {
  type GraphQLObjectType,
  Kind,
  type SelectionSetNode,
  getArgumentValues,
  getNullableType,
  isEnumType,
  isScalarType,
} from 'graphql';

import { type Sql, sql } from '../lists/sql.ts';
import { column, from } from '../lists/table.ts';
import { type PartSql, type RowSql, enumJson, idJson, scalarJson } from './field-sql.ts';
import { listJson } from './list-json.ts';
import {
  type Field,
  type Nodes,
  NotPlannable,
  type PlacedList,
  type PlanInput,
  type Planning,
  fieldOf,
  objectJson,
  objectTypeOf,
  parentOf,
  selectionSetsOf,
} from './planning.ts';

/** An operation as one statement, whose one row has one text: the JSON of `data`. */
export interface Plan {
  readonly statement: Sql;
  /** The lists of the places in that text: see `withCursors`. */
  readonly places: readonly PlacedList[];
}

/**
 * Makes one statement of a whole operation. PostgreSQL writes the JSON: nothing is parsed, resolved or written again
 * on the way to the client, and all of an answer is from one moment.
 *
 * @throws NotPlannable when a field has no SQL, and GraphQLError for arguments that are refused
 */
export function planOperation(input: PlanInput): Plan {
  const { document, operation, schema } = input;
  const query = schema.getQueryType();
  if (!query) throw new NotPlannable();
  const planning: Planning = {
    ...input,
    fragments: new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    ),
    places: [],
    rowJson(type, table, selectionSets) {
      return objectJson(planning, type, selectionSets, (nodes) => {
        if (nodes[0].name.value === 'id') return idJson(type.name, table);
        const field = fieldOf(type, nodes[0]);
        const { pothosExposedField: exposed, sql: special } = field.extensions;
        return special === undefined && typeof exposed === 'string'
          ? leafJson(field, column(exposed))
          : fieldJson(planning, field, nodes);
      });
    },
  };
  const json = objectJson(planning, query, [operation.selectionSet], (nodes) =>
    fieldJson(planning, fieldOf(query, nodes[0]), nodes),
  );
  return { statement: sql`SELECT ${json} AS data`, places: planning.places };
}

/** A field that says itself how it is read. */
function fieldJson(planning: Planning, field: Field, nodes: Nodes): Sql {
  const args = getArgumentValues(field, nodes[0], planning.variables);
  const described = field.extensions.sql?.(args);
  if (described === undefined) throw new NotPlannable();
  if (described.kind === 'json') return described.json;
  const type = objectTypeOf(field);
  const selectionSets = selectionSetsOf(nodes);
  switch (described.kind) {
    case 'part':
      return partJson(planning, type, described, selectionSets);
    case 'row':
      return relatedJson(planning, type, described, selectionSets);
    case 'list':
      return listJson(planning, type, described, selectionSets);
  }
}

const partJson = (
  planning: Planning,
  type: GraphQLObjectType,
  { values }: PartSql,
  selectionSets: readonly SelectionSetNode[],
): Sql =>
  objectJson(planning, type, selectionSets, ([node]) => {
    const value = values[node.name.value];
    if (value === undefined) throw new NotPlannable();
    return leafJson(fieldOf(type, node), value);
  });

function relatedJson(
  planning: Planning,
  type: GraphQLObjectType,
  { table, keys, rows }: RowSql,
  selectionSets: readonly SelectionSetNode[],
): Sql {
  const json = planning.rowJson(type, table, selectionSets);
  // The subquery of a LATERAL: one look-up by key, whatever the planner knows of the table.
  const row = sql`(SELECT t.* FROM ${from(table)} WHERE ${rows} OFFSET 0) AS t`;
  return sql`coalesce((SELECT ${json} FROM ${parentOf(keys)}${row}), 'null')`;
}

function leafJson(field: Field, value: Sql): Sql {
  const type = getNullableType(field.type);
  if (isEnumType(type)) return enumJson(value);
  const json = isScalarType(type) ? scalarJson(type.name, value) : undefined;
  if (json === undefined) throw new NotPlannable();
  return json;
}
