import type { ExecutionArgs, GraphQLError, GraphQLFormattedError } from 'graphql';
import { type ServerOptions, type SubscribePayload, areGraphQLErrors } from 'graphql-ws';

import type { Logger } from '../core/logger.ts';
import type { GraphQLServer } from './create-graphql.ts';
import { badInput } from './errors.ts';
import { maskError, newRequestId, reportError } from './report-errors.ts';

/** What is kept with each socket. */
export interface SocketState {
  /** Aborted when the socket closes. */
  readonly gone: AbortSignal;
  /** True once the client has shown that it may ask. */
  authorised: boolean;
}

export interface WebSocketOptions {
  logger: Logger;
  /** Whether the `authorization` of the first message lets the client in. */
  authorise: (authorization: string) => boolean;
}

const MAX_OPERATIONS_PER_SOCKET = 50;

/** The same API over the protocol graphql-transport-ws: same limits, same errors. */
export function webSocketOptions(
  yoga: GraphQLServer,
  { logger, authorise }: WebSocketOptions,
): ServerOptions<Record<string, unknown>, SocketState> {
  const requestIds = new WeakMap<SubscribePayload, string>();
  const format = (errors: readonly GraphQLError[], payload: SubscribePayload) =>
    errors.map((error) => formatted(reportError(error, requestIds.get(payload) ?? newRequestId(), logger)));
  return {
    onConnect({ connectionParams, extra }) {
      const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      extra.authorised ||= typeof authorization === 'string' && authorise(authorization);
      return extra.authorised;
    },
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      requestIds.set(payload, newRequestId());
      if (Object.keys(subscriptions).length > MAX_OPERATIONS_PER_SOCKET) {
        return [
          badInput(`Expected at most ${MAX_OPERATIONS_PER_SOCKET} operations at a time on one socket.`),
        ];
      }
      return prepare(yoga, payload, extra);
    },
    execute: (args) => running(args).execute(args),
    subscribe: (args) => running(args).subscribe(args),
    onNext(_context, _id, payload, _args, { data = null, errors }) {
      return errors === undefined ? { data } : { data, errors: format(errors, payload) };
    },
    onError: (_context, _id, payload, errors) => format(errors.map(maskError), payload),
  };
}

interface Prepared {
  execute: (args: ExecutionArgs) => ReturnType<ReturnType<GraphQLServer['getEnveloped']>['execute']>;
  subscribe: (args: ExecutionArgs) => ReturnType<ReturnType<GraphQLServer['getEnveloped']>['subscribe']>;
}

const prepared = new WeakMap<object, Prepared>();

/** The functions of the request that these arguments were made for. */
function running(args: { contextValue?: unknown }): Prepared {
  const { contextValue } = args;
  const found =
    typeof contextValue === 'object' && contextValue !== null ? prepared.get(contextValue) : undefined;
  if (found === undefined) throw new Error('Expected arguments that were prepared by onSubscribe.');
  return found;
}

async function prepare(
  yoga: GraphQLServer,
  payload: SubscribePayload,
  { gone }: SocketState,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({ gone });
  try {
    const document = parse(payload.query);
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

/** Without what is meant for HTTP. */
function formatted(error: GraphQLError): GraphQLFormattedError {
  const { extensions: { http: _http, ...extensions } = {}, ...rest } = error.toJSON();
  return { ...rest, extensions };
}
