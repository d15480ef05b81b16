import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';

import type { SortKey } from '../lists/cursor.ts';
import { type Sql, join, raw, sql } from '../lists/sql.ts';
import { type Table, column } from '../lists/table.ts';

export interface PlanInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  /** A query that was validated. */
  readonly operation: OperationDefinitionNode;
  /** Coerced. */
  readonly variables: Record<string, unknown>;
  readonly cursorKey: Buffer;
}

/** A list in one of its orders, of which cursors are made. */
export interface PlacedList {
  readonly kind: string;
  readonly order: readonly SortKey[];
}

/** What is known while the parts of a plan are made. */
export interface Planning extends PlanInput {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly places: PlacedList[];
  /** The text of the JSON of a row of the table, read as `t`. */
  rowJson(type: GraphQLObjectType, table: Table, selectionSets: readonly SelectionSetNode[]): Sql;
}

/** Thrown for what no statement can answer: resolvers do. */
export class NotPlannable extends Error {
  override readonly name = 'NotPlannable';
}

/** The nodes of one field: it may be selected more than once. */
export type Nodes = readonly [FieldNode, ...FieldNode[]];

/** Selected fields by the names they answer under, in the order of the answer. */
export function collectFields(
  planning: Planning,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): ReadonlyMap<string, Nodes> {
  const { schema, variables, fragments } = planning;
  const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] === false) continue;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const known = fields.get(name);
        if (known === undefined) fields.set(name, [selection]);
        else known.push(selection);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      const on = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
      const applies = on === undefined || on === type || (isAbstractType(on) && schema.isSubType(on, type));
      if (applies) collect(fragment.selectionSet);
    }
  };
  for (const selectionSet of selectionSets) collect(selectionSet);
  return fields;
}

/** The text of the JSON of an object: the fields that are selected of it, each with what `fieldJson` makes of it. */
export function objectJson(
  planning: Planning,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  fieldJson: (nodes: Nodes) => Sql,
): Sql {
  const members = [...collectFields(planning, type, selectionSets)].map(([name, nodes]) => {
    const json = nodes[0].name.value === '__typename' ? raw(`'"${type.name}"'`) : fieldJson(nodes);
    return sql`${raw(`'"${name}":'`)} || ${json}`;
  });
  const json = members.length === 0 ? raw(`'{}'`) : sql`'{' || ${join(members, ` || ',' || `)} || '}'`;
  if (json.texts.reduce((sum, text) => sum + text.length, 0) > MAX_LENGTH) throw new NotPlannable();
  return json;
}

/**
 * How long the text of a statement can get. PostgreSQL takes longer to plan one than resolvers take to answer, from
 * about here on: a short document of nested fragments can ask for megabytes of it, and seconds.
 */
const MAX_LENGTH = 32_000;

export type Field = GraphQLField<unknown, unknown>;

export function fieldOf(type: GraphQLObjectType, node: FieldNode): Field {
  const field = type.getFields()[node.name.value];
  if (field === undefined) throw new NotPlannable(); // a question about the schema
  return field;
}

/** What a field answers with, where that is an object or a list of objects. */
export function objectTypeOf(field: Field): GraphQLObjectType {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) throw new NotPlannable();
  return type;
}

export const selectionSetsOf = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap(({ selectionSet }) => selectionSet ?? []);

/** The keys of the row around as `parent(key0, key1, …)`, joined with what is looked up by them. */
export function parentOf(keys: readonly string[]): Sql {
  if (keys.length === 0) return raw('');
  const columns = keys.map((field, index) => sql`${column(field)} AS ${raw(`key${index}`)}`);
  return sql`(SELECT ${join(columns, ', ')}) AS parent CROSS JOIN LATERAL `;
}
