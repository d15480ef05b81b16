import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedOutputType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  valueFromASTUntyped,
} from 'graphql';

import { wordsOf } from '../lists/field-filters.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../lists/page.ts';
import { costOfFilter } from './filter-cost.ts';

/** How large the answer to an operation can be. */
export interface Measure {
  /** Field values, lists counted as long as they can be. */
  cost: number;
  /** The part of `cost` that asks about the schema. */
  introspectionCost: number;
  /** Levels of fields, introspection apart. */
  depth: number;
  /** Fields of the operation itself. */
  rootFields: number;
}

/** Arguments as they came, as far as sizes need them. */
export type FieldArguments = Readonly<Record<string, unknown>>;

declare module 'graphql' {
  // oxlint-disable-next-line typescript/no-unused-vars -- the names are those of the interface that is added to
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** How long a list that is no connection can get; told from its arguments, and the size of the lists around it. */
    listSize?: number | ((args: FieldArguments, around: number) => number);
    /** How long the lists in the object of this field can get, told in the same way. */
    listSizeInside?: (args: FieldArguments, around: number) => number;
    /** What it costs to make the value of the field, in the same way: as much as so many values that are read. */
    cost?: (args: FieldArguments, around: number) => number;
  }
}

/** Lists whose length nobody states: those of the introspection types, more or less. */
const LIST_SIZE = 10;

/** What one word of a search counts: where all of 50,000 rows have it, it takes 10 ms. */
const WORD_COST = 300;

interface Operation {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Each fragment is measured once for each page size around it: nested fragments cost no time. */
  readonly measured: Map<string, Measure>;
}

/** Measures a valid operation before it runs. Valid matters: fragments have no cycles then. */
export function measureOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variableValues: Readonly<Record<string, unknown>>,
): Measure {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const defaults = operation.variableDefinitions?.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
  );
  const variables = { ...Object.fromEntries(defaults ?? []), ...variableValues };
  const root = schema.getRootType(operation.operation);
  return measureSelections(
    { schema, fragments, variables, measured: new Map() },
    operation.selectionSet,
    root ?? undefined,
    0,
  );
}

/** @param pageSize rows of the lists among these fields, where a field around them tells; 0 where none does */
function measureSelections(
  operation: Operation,
  { selections }: SelectionSetNode,
  type: GraphQLNamedOutputType | undefined,
  pageSize: number,
): Measure {
  const total = { cost: 0, introspectionCost: 0, depth: 0, rootFields: 0 };
  for (const selection of selections) {
    const part =
      selection.kind === Kind.FIELD
        ? measureField(operation, selection, type, pageSize)
        : selection.kind === Kind.INLINE_FRAGMENT
          ? measureSelections(
              operation,
              selection.selectionSet,
              typeNamed(operation, selection.typeCondition?.name.value) ?? type,
              pageSize,
            )
          : measureFragment(operation, selection.name.value, pageSize);
    total.cost += part.cost;
    total.introspectionCost += part.introspectionCost;
    total.depth = Math.max(total.depth, part.depth);
    total.rootFields += part.rootFields;
  }
  return total;
}

function measureFragment(operation: Operation, name: string, pageSize: number): Measure {
  const key = `${pageSize}:${name}`;
  const known = operation.measured.get(key);
  if (known !== undefined) return known;
  const fragment = operation.fragments.get(name);
  if (fragment === undefined) return { cost: 0, introspectionCost: 0, depth: 0, rootFields: 0 };
  const type = typeNamed(operation, fragment.typeCondition.name.value);
  const measure = measureSelections(operation, fragment.selectionSet, type, pageSize);
  operation.measured.set(key, measure);
  return measure;
}

function measureField(
  operation: Operation,
  node: FieldNode,
  parent: GraphQLNamedOutputType | undefined,
  pageSize: number,
): Measure {
  const name = node.name.value;
  const field =
    name === '__schema'
      ? SchemaMetaFieldDef
      : name === '__type'
        ? TypeMetaFieldDef
        : isObjectType(parent) || isInterfaceType(parent)
          ? parent.getFields()[name]
          : undefined;
  const args = argumentsOf(operation, node);
  const ownCost = 1 + (field?.extensions.cost?.(args, pageSize) ?? 0);
  if (node.selectionSet === undefined || field === undefined) {
    return { cost: ownCost, introspectionCost: 0, depth: 1, rootFields: 1 };
  }
  const type = getNamedType(field.type);
  const sizeInside = type.name.endsWith('Connection')
    ? pageSizeOf(operation, node)
    : (field.extensions.listSizeInside?.(args, pageSize) ?? 0);
  const inner = measureSelections(operation, node.selectionSet, type, sizeInside);
  const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
  const { listSize } = field.extensions;
  const length = !isList
    ? 1
    : typeof listSize === 'function'
      ? listSize(args, pageSize)
      : (listSize ??
        (pageSize > 0 ? pageSize : (idsOf(operation, node) ?? typesOf(operation, name, type.name))));
  const cost = ownCost + costOfConditions(operation, node) + length * inner.cost;
  if (name === '__schema' || name === '__type') {
    return { cost, introspectionCost: cost, depth: 1, rootFields: 1 };
  }
  return {
    cost,
    introspectionCost: length * inner.introspectionCost,
    depth: inner.depth + 1,
    rootFields: 1,
  };
}

function pageSizeOf(operation: Operation, node: FieldNode): number {
  const size = argument(operation, node, 'first') ?? argument(operation, node, 'last') ?? DEFAULT_PAGE_SIZE;
  // What is no size at all is refused later, with a sentence of its own.
  return typeof size === 'number' && size >= 1 ? Math.min(size, MAX_PAGE_SIZE) : 1;
}

/** What the filter and the search of a list cost. */
function costOfConditions(operation: Operation, node: FieldNode): number {
  const where = node.arguments?.find(({ name }) => name.value === 'where');
  const search = argument(operation, node, 'search');
  return (
    (where === undefined ? 0 : costOfFilter(valueFromASTUntyped(where.value, operation.variables))) +
    (typeof search === 'string' ? WORD_COST * wordsOf(search).length : 0)
  );
}

function idsOf(operation: Operation, node: FieldNode): number | undefined {
  const ids = argument(operation, node, 'ids');
  return Array.isArray(ids) ? ids.length : undefined;
}

const typesOf = ({ schema }: Operation, field: string, type: string) =>
  type === '__Type' && field === 'types' ? Object.keys(schema.getTypeMap()).length : LIST_SIZE;

const argument = ({ variables }: Operation, node: FieldNode, name: string): unknown => {
  const value = node.arguments?.find((given) => given.name.value === name)?.value;
  return value === undefined ? undefined : literal(value, variables);
};

const argumentsOf = ({ variables }: Operation, node: FieldNode): Record<string, unknown> =>
  Object.fromEntries(
    (node.arguments ?? []).map(({ name, value }) => [name.value, literal(value, variables)]),
  );

/** A value as far as sizes need it: numbers, texts, and how long a list is. */
function literal(value: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value] ?? undefined;
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind === Kind.STRING || value.kind === Kind.ENUM) return value.value;
  if (value.kind === Kind.LIST) return value.values;
  return undefined;
}

function typeNamed({ schema }: Operation, name: string | undefined): GraphQLNamedOutputType | undefined {
  const type = name === undefined ? undefined : schema.getType(name);
  return isCompositeType(type) ? type : undefined;
}
