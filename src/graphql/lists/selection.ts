import {
  type FieldNode,
  type GraphQLFieldMap,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  Kind,
  type SelectionNode,
  getNamedType,
  isObjectType,
} from 'graphql';

import type { Table } from './table.ts';

/**
 * Named on a field whose resolver reads the row itself: `extensions: { columns: ['price'] }`. A field that
 * neither exposes a column nor names any makes the list read whole rows: slower, never wrong.
 */
declare module 'graphql' {
  // oxlint-disable-next-line typescript/no-unused-vars -- the names are those of the interface that is added to
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    columns?: readonly string[];
    pothosExposedField?: unknown;
  }
}

type Selections = readonly SelectionNode[];

const known = new WeakMap<readonly FieldNode[], readonly string[]>();

/** The fields of the table that the rows of this connection are asked for. */
export function selectedFields(info: GraphQLResolveInfo, table: Table): readonly string[] {
  // Sibling parents share one array of nodes, so the selection is read once for all of them.
  const earlier = known.get(info.fieldNodes);
  if (earlier !== undefined) return earlier;
  const connection = info.fieldNodes.flatMap((node) => node.selectionSet?.selections ?? []);
  const rows = [
    ...fieldsNamed(info, connection, 'nodes'),
    ...fieldsNamed(info, fieldsNamed(info, connection, 'edges'), 'node'),
  ];
  const fields = columnsOf(info, table, rows);
  known.set(info.fieldNodes, fields);
  return fields;
}

/** What is selected under every field of that name, fragments included. */
const fieldsNamed = (info: GraphQLResolveInfo, selections: Selections, name: string): Selections =>
  flatten(info, selections)
    .filter((field) => field.name.value === name)
    .flatMap((field) => field.selectionSet?.selections ?? []);

function columnsOf(info: GraphQLResolveInfo, table: Table, selections: Selections): readonly string[] {
  const rowFields = fieldsOf(fieldsOf(info.returnType)['nodes']?.type);
  const wanted = new Set(table.keys);
  for (const { name } of flatten(info, selections)) {
    // A global id is made of the key, which is always read.
    if (name.value === 'id' || name.value.startsWith('__')) continue;
    const extensions = rowFields[name.value]?.extensions;
    const exposed = extensions?.pothosExposedField;
    const read = extensions?.columns ?? (typeof exposed === 'string' ? [exposed] : table.fields);
    for (const field of read) wanted.add(field);
  }
  return table.fields.filter((field) => wanted.has(field));
}

function fieldsOf(type: GraphQLOutputType | undefined): GraphQLFieldMap<unknown, unknown> {
  const named = type === undefined ? undefined : getNamedType(type);
  return isObjectType(named) ? named.getFields() : {};
}

/** Fields, those of fragments among them. `@skip` and `@include` are not looked at: a column too many does no harm. */
function flatten(info: GraphQLResolveInfo, selections: Selections): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return flatten(info, selection.selectionSet.selections);
    return flatten(info, info.fragments[selection.name.value]?.selectionSet.selections ?? []);
  });
}
