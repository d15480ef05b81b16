import { lexicographicSortSchema, printSchema } from 'graphql';

import { buildSchema } from './schema.ts';

/** The schema as it is committed in schema.graphql. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(buildSchema()))}\n`;
