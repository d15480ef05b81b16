import { randomUUID } from 'node:crypto';

import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';

import type { Logger } from '../core/logger.ts';
import { isPublic } from './errors.ts';

export const newRequestId = (): string => randomUUID();

/** Lets a client see what it may: our own refusals and the listed failures. The rest keeps its cause for the log. */
export function maskError(thrown: unknown): GraphQLError {
  const cause = causeOf(thrown);
  if (cause instanceof GraphQLError) return thrown instanceof GraphQLError ? thrown : cause;
  const located = thrown instanceof GraphQLError ? thrown : undefined;
  const place = { nodes: located?.nodes ?? null, path: located?.path ?? null };
  if (isPublic(cause)) {
    return new GraphQLError(cause.message, { ...place, extensions: { code: cause.code } });
  }
  return new GraphQLError('Something went wrong on our side.', {
    ...place,
    originalError: cause instanceof Error ? cause : new Error(String(cause)),
    extensions: { code: 'INTERNAL_SERVER_ERROR', unexpected: true },
  });
}

/** What was thrown at first: executors wrap it to say where. */
function causeOf(thrown: unknown): unknown {
  return thrown instanceof GraphQLError && thrown.originalError !== undefined
    ? causeOf(thrown.originalError)
    : thrown;
}

/** Gives every error of a result its code and the request id, and logs those that nobody expected. */
export function reportErrors<Result extends ExecutionResult>(
  result: Result,
  requestId: string,
  logger: Logger,
): Result {
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map((error) => reportError(error, requestId, logger)) };
}

/** The same for one error. */
function reportError(error: GraphQLError, requestId: string, logger: Logger): GraphQLError {
  const { unexpected, ...extensions } = error.extensions;
  if (unexpected === true)
    logger.error({ err: error.originalError, requestId, path: error.path }, 'a request failed');
  return new GraphQLError(
    unexpected === true ? `${error.message} Quote this request id: ${requestId}.` : error.message,
    {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      path: error.path ?? null,
      originalError: error.originalError ?? null,
      extensions: { code: 'BAD_USER_INPUT', ...extensions, requestId },
    },
  );
}

/** The same as it is sent, without what is meant for HTTP. */
export function formatError(error: GraphQLError, requestId: string, logger: Logger): GraphQLFormattedError {
  const { extensions: { http: _http, ...extensions } = {}, ...rest } = reportError(
    error,
    requestId,
    logger,
  ).toJSON();
  return { ...rest, extensions };
}
