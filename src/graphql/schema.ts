import type { GraphQLSchema } from 'graphql';

import { builder } from './builder.ts';
// oxlint-disable-next-line import/no-unassigned-import -- it adds the types to the builder
import './schema/index.ts';

let schema: GraphQLSchema | undefined;

/** The executable schema. Built once: it holds no connection and no state. */
export const buildSchema = (): GraphQLSchema => (schema ??= builder.toSchema({ sortSchema: false }));
