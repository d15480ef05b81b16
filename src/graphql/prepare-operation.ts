import type { ExecutionArgs, GraphQLError } from 'graphql';
import { areGraphQLErrors } from 'graphql-ws';

import type { GraphQLServer } from './create-graphql.ts';
import { type DocumentRequest, type PersistedOperations, documentTextOf } from './persisted-operations.ts';
import { maskError } from './report-errors.ts';

/** What a client asks for. */
export interface OperationRequest extends DocumentRequest {
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

export interface OperationDependencies {
  readonly yoga: GraphQLServer;
  readonly persistedOperations: PersistedOperations;
}

interface OperationFunctions {
  execute: (args: ExecutionArgs) => ReturnType<ReturnType<GraphQLServer['getEnveloped']>['execute']>;
  subscribe: (args: ExecutionArgs) => ReturnType<ReturnType<GraphQLServer['getEnveloped']>['subscribe']>;
}

const prepared = new WeakMap<object, OperationFunctions>();

/** The functions of the request that these arguments were made for. */
export function functionsFor(args: { contextValue?: unknown }): OperationFunctions {
  const { contextValue } = args;
  const found =
    typeof contextValue === 'object' && contextValue !== null ? prepared.get(contextValue) : undefined;
  if (found === undefined) throw new Error('Expected arguments that were prepared by prepareOperation.');
  return found;
}

/**
 * Parses, checks and limits an operation as Yoga would, for those who carry the answer themselves.
 *
 * @returns what to run it with, or why it is refused
 */
export async function prepareOperation(
  { yoga, persistedOperations }: OperationDependencies,
  payload: OperationRequest,
  gone: AbortSignal,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({ gone });
  try {
    const document = parse(documentTextOf(persistedOperations, payload));
    const errors = validate(schema, document);
    if (areGraphQLErrors(errors) && errors.length > 0) return errors;
    const contextValue: object = await contextFactory();
    prepared.set(contextValue, { execute, subscribe });
    return {
      schema,
      document,
      contextValue,
      operationName: payload.operationName,
      variableValues: payload.variables,
    };
  } catch (error) {
    return [maskError(error)];
  }
}
