import { GraphQLError, type GraphQLSchema, type OperationDefinitionNode, getVariableValues } from 'graphql';

import { refused } from '../errors.ts';
import { limits } from './limits.ts';

/** The values of variables in the types of their operation, or why they are none. */
export type CoercedVariables =
  | { readonly variables: Record<string, unknown>; readonly error?: undefined }
  | { readonly error: GraphQLError };

const MAX_MESSAGE_LENGTH = 500;

/**
 * Reads the variables of an operation as an executor does, and refuses them sooner: executors write up to fifty errors,
 * each with the whole of its variable in it, which makes 240 MB out of a body of 1 MB.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): CoercedVariables {
  // Whoever follows them calls itself once for each level.
  if (isDeeper(given, limits.variableDepth)) {
    const message = `Expected variables of at most ${limits.variableDepth} levels, got deeper ones.`;
    return { error: refused(message, 'BAD_USER_INPUT') };
  }
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, given, { maxErrors: 1 });
  if (errors === undefined) return { variables: coerced };
  const [{ message, nodes } = new GraphQLError('Expected other variables.')] = errors;
  return { error: new GraphQLError(shortened(message), { nodes: nodes ?? null, extensions: badRequest }) };
}

const badRequest = { code: 'BAD_USER_INPUT', http: { spec: true, status: 400 } };

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

/** What is wrong stands at the end, behind the value. */
function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  const half = MAX_MESSAGE_LENGTH / 2;
  return `${message.slice(0, half)} … ${message.slice(-half)}`;
}
