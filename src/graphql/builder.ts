import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { type GraphQLSchema, isObjectType } from 'graphql';

import type PrismaTypes from '../db/generated/pothos.ts';
import { getDatamodel } from '../db/generated/pothos.ts';
import type { Prisma } from '../db/generated/prisma/client.ts';
import type { Context } from './context.ts';
import { badInput } from './errors.ts';
import { splitId, writeId } from './global-ids.ts';
import { DateScalar, DateTimeScalar, DecimalScalar, SafeIntScalar } from './scalars.ts';

export interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Decimal: { Input: Prisma.Decimal; Output: Prisma.Decimal };
    DateTime: { Input: Date; Output: Date };
    Date: { Input: Date; Output: Date };
    SafeInt: { Input: number; Output: number | bigint };
  };
}

/** The same types as Pothos completes them: what a ref of this schema is made of. */
export type ExtendedTypes = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true, defaultTypes: [] },
  prisma: {
    client: (context) => context.database.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    onUnusedQuery: 'error',
  },
  relay: {
    encodeGlobalID: (typename, id) => writeId(typename, id),
    decodeGlobalID: splitId,
    clientMutationId: 'omit',
    idFieldOptions: {
      description: 'The id that no other object of this API has. `node(id)` finds the object again.',
    },
    nodeTypeOptions: { description: 'An object with an id of its own, which `node(id)` finds again.' },
    nodeQueryOptions: {
      description: 'Any object by its id; null when there is none.',
      args: { id: { description: 'The `id` of an object, such as "Site:1" or "Painting:1:42".' } },
      resolve: (_root, { id }, _context, { schema }, resolveNode) => {
        checkIsNode(schema, id.typename);
        return resolveNode(id);
      },
    },
    nodesQueryOptions: {
      description: 'Several objects by their ids, in the order of the ids; null where there is none.',
      args: { ids: { description: 'The `id`s of objects; at most 100.' } },
      resolve: (_root, { ids }, _context, { schema }, resolveNodes) => {
        if (ids.length > 100) throw badInput(`Expected at most 100 ids, got ${ids.length}.`);
        for (const { typename } of ids) checkIsNode(schema, typename);
        return resolveNodes(ids);
      },
    },
    pageInfoTypeOptions: { description: 'Where a page of a list stands, and what to ask for to read on.' },
    hasNextPageFieldOptions: {
      description: 'Whether there is more after this page. Paging backwards: whether you came from there.',
    },
    hasPreviousPageFieldOptions: {
      description: 'Whether there is more before this page. Paging forwards: whether you came from there.',
    },
    startCursorFieldOptions: {
      description: 'The cursor of the first row of the page; null when it is empty.',
    },
    endCursorFieldOptions: {
      description: 'The cursor of the last row of the page, for `after`; null when it is empty.',
    },
    firstArgOptions: { description: 'How many rows from the start, 1 to 100. Without it and `last`: 20.' },
    lastArgOptions: { description: 'How many rows from the end, 1 to 100. Not together with `first`.' },
    afterArgOptions: { description: 'Only what comes after this cursor of an earlier answer.' },
    beforeArgOptions: { description: 'Only what comes before this cursor of an earlier answer.' },
    cursorFieldOptions: { description: 'The place of this row in the list, for `after` and `before`.' },
    nodeFieldOptions: { description: 'The row itself.' },
    edgesFieldOptions: { description: 'The rows of the page, each with its cursor.' },
    pageInfoFieldOptions: { description: 'Where the page stands in the list.' },
  },
});

builder.addScalarType('Decimal', DecimalScalar);
builder.addScalarType('DateTime', DateTimeScalar);
builder.addScalarType('Date', DateScalar);
builder.addScalarType('SafeInt', SafeIntScalar);

builder.queryType({
  description: 'What can be read. Everything comes from the mirror; no site is called for it.',
});
builder.mutationType({ description: 'What can be changed. Expected failures come as typed results.' });
builder.subscriptionType({ description: 'What can be followed live, over server-sent events or WebSocket.' });

function checkIsNode(schema: GraphQLSchema, typename: string): void {
  const type = schema.getType(typename);
  if (isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node')) return;
  throw badInput(`Expected an id such as "Site:1", got one of an unknown type "${typename.slice(0, 50)}".`);
}
