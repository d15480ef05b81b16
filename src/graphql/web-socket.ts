import type { GraphQLError } from 'graphql';
import type { ServerOptions, SubscribePayload } from 'graphql-ws';

import type { Logger } from '../core/logger.ts';
import { badInput } from './errors.ts';
import { type OperationDependencies, functionsFor, prepareOperation } from './prepare-operation.ts';
import { formatError, maskError, newRequestId } from './report-errors.ts';

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
  dependencies: OperationDependencies,
  { logger, authorise }: WebSocketOptions,
): ServerOptions<Record<string, unknown>, SocketState> {
  const requestIds = new WeakMap<SubscribePayload, string>();
  const format = (errors: readonly GraphQLError[], payload: SubscribePayload) =>
    errors.map((error) => formatError(error, requestIds.get(payload) ?? newRequestId(), logger));
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
      return prepareOperation(dependencies, payload, extra.gone);
    },
    execute: (args) => functionsFor(args).execute(args),
    subscribe: (args) => functionsFor(args).subscribe(args),
    onNext(_context, _id, payload, _args, { data = null, errors, extensions }) {
      return {
        data,
        ...(errors === undefined ? {} : { errors: format(errors, payload) }),
        ...(extensions === undefined ? {} : { extensions }),
      };
    },
    onError: (_context, _id, payload, errors) => format(errors.map(maskError), payload),
  };
}
