import { type ExecutionResult, OperationTypeNode, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import type { AnswerToKeep, Context, ServerContext } from './context.ts';

type Writer = (result: ExecutionResult) => string;
/** Yoga writes a result with this property, where it has it. */
type Written = ExecutionResult & { stringify?: Writer };

/** Hands the answers that may be given twice to the server: whole ones, to queries, that last. */
export function useAnswersToKeep(): Plugin<Context & ServerContext, ServerContext> {
  const isQuery = new WeakSet<AnswerToKeep>();
  return {
    onExecute({ args: { document, operationName, contextValue } }) {
      const { toKeep } = contextValue;
      if (toKeep === undefined) return;
      const operation = getOperationAST(document, operationName)?.operation;
      if (operation === OperationTypeNode.QUERY) isQuery.add(toKeep);
    },
    onResultProcess({ result, serverContext: { toKeep } }) {
      if (toKeep === undefined || !isQuery.has(toKeep) || toKeep.validUntil === 0) return;
      if (Array.isArray(result) || Symbol.asyncIterator in result || result.errors !== undefined) return;
      const { stringify = JSON.stringify }: Written = result;
      Object.defineProperty(result, 'stringify', { value: writer(stringify, toKeep), enumerable: false });
    },
    onResponse({ response: { status, headers }, serverContext: { toKeep } }) {
      const contentType = headers.get('content-type');
      if (toKeep === undefined || contentType === null) return;
      if (status === 200 && isJson.test(contentType)) toKeep.contentType = contentType;
    },
  };
}

const isJson = /^application\/(graphql-response\+)?json\b/;

/** Writes the data once, for whom it was made and for those who come after. */
const writer =
  (write: Writer, toKeep: AnswerToKeep): Writer =>
  ({ extensions = {}, ...answer }) =>
    writeAnswer(write(answer), extensions, toKeep);

/** @param text the JSON of the answer without its extensions */
export function writeAnswer(text: string, extensions: object, toKeep?: AnswerToKeep): string {
  const extended = (more: object) => `${text.slice(0, -1)},"extensions":${JSON.stringify(more)}}`;
  if (toKeep !== undefined) {
    toKeep.text = extended({ ...extensions, cache: { hit: true, computedAt: new Date() } });
  }
  return Object.keys(extensions).length === 0 ? text : extended(extensions);
}
