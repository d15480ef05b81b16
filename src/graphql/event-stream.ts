import { type ExecutionResult, OperationTypeNode, getOperationAST } from 'graphql';

import type { Logger } from '../core/logger.ts';
import {
  type OperationDependencies,
  type OperationRequest,
  functionsFor,
  prepareOperation,
} from './prepare-operation.ts';
import { formatError, maskError } from './report-errors.ts';

/** The answers to one operation, each as the text of its JSON: a subscription gives many, anything else one. */
export interface AnswerStream {
  next(): Promise<string | undefined>;
  /** Ends the source at once. */
  leave(): void;
}

/**
 * Runs an operation for a client that reads server-sent events. Yoga could do it, but wraps each stream in a request,
 * a response and three web streams of 40 kB: with thousands of subscribers that is most of the memory.
 *
 * @param gone aborted when the client has gone
 */
export async function openAnswerStream(
  dependencies: OperationDependencies,
  operation: OperationRequest,
  { gone, requestId, logger }: { gone: AbortSignal; requestId: string; logger: Logger },
): Promise<AnswerStream> {
  const write = (result: ExecutionResult & { stringify?: (result: ExecutionResult) => string }): string => {
    const { errors, ...rest } = result;
    if (errors === undefined) return result.stringify?.(result) ?? JSON.stringify(rest);
    return JSON.stringify({ ...rest, errors: errors.map((error) => formatError(error, requestId, logger)) });
  };
  const failed = (error: unknown) => write({ errors: [maskError(error)] });
  const prepared = await prepareOperation(dependencies, operation, gone);
  if (!('schema' in prepared)) return single(write({ errors: prepared }));
  const { execute, subscribe } = functionsFor(prepared);
  const isSubscription =
    getOperationAST(prepared.document, prepared.operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
  try {
    const result = await (isSubscription ? subscribe(prepared) : execute(prepared));
    if (!isStream(result)) return single(write(result));
    const answers = result[Symbol.asyncIterator]();
    let over = false;
    return {
      async next() {
        if (over) return undefined;
        try {
          const { done, value } = await answers.next();
          return done === true ? undefined : write(value);
        } catch (error) {
          over = true;
          return failed(error);
        }
      },
      leave: () => void answers.return?.().catch(() => undefined),
    };
  } catch (error) {
    return single(failed(error));
  }
}

const isStream = (result: object): result is AsyncIterable<ExecutionResult> => Symbol.asyncIterator in result;

function single(text: string): AnswerStream {
  const texts = [text];
  return { next: () => Promise.resolve(texts.shift()), leave: () => undefined };
}
