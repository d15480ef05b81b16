import {
  type DocumentNode,
  GraphQLError,
  Kind,
  MaxIntrospectionDepthRule,
  type ParseOptions,
  type Source,
  getOperationAST,
  parse,
  visit,
} from 'graphql';
import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import { refused } from '../errors.ts';
import { type CoercedVariables, coerceVariables } from './coerce-variables.ts';
import { limits } from './limits.ts';
import { type Measure, measureOperation } from './measure.ts';

/** What an operation costs, in the `extensions` of its answer. */
export interface Cost {
  /** Field values the answer can hold, lists counted as long as they can be. */
  readonly requested: number;
  /** How many an operation may ask for. */
  readonly limit: number;
}

/**
 * Refuses documents that are too large to check, and operations that are too large to run. Answers to queries and
 * mutations say what they cost, refused ones too; the events of a subscription would say the same over and over.
 */
export function useLimits(): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn(parseWithinLimits),
    onValidate: ({ addValidationRule }) => addValidationRule(MaxIntrospectionDepthRule),
    onExecute({ args, setResultAndStopExecution }) {
      const checked = checkLimits(args);
      if (checked === undefined) return undefined;
      const { error, cost } = checked;
      const extensions = { cost };
      if (error !== undefined) {
        setResultAndStopExecution({ errors: [error], extensions });
        return undefined;
      }
      return {
        onExecuteDone({ result }) {
          if (!(Symbol.asyncIterator in result)) result.extensions = { ...result.extensions, ...extensions };
        },
      };
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const { error, cost } = checkLimits(args) ?? {};
      if (error !== undefined) setResultAndStopExecution({ errors: [error], extensions: { cost } });
    },
  };
}

/** What is to be executed. */
type Executable = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>;

/** What an operation costs, and what to run it with or why it is refused. */
export type Checked = { readonly cost: Cost } & CoercedVariables;

/** Undefined where there is no operation to run: that is refused later, in the words of the specification. */
export function checkLimits({
  schema,
  document,
  operationName,
  variableValues,
}: Executable): Checked | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const given = variableValues ?? {};
  const coerced = coerceVariables(schema, operation, given);
  const measure = measureOperation(schema, document, operation, coerced.error === undefined ? given : {});
  const error = coerced.error ?? firstExceeded(measure);
  return { cost: costOf(measure), ...(error === undefined ? coerced : { error }) };
}

/** Questions about the schema have a limit of their own. */
const costOf = ({ cost, introspectionCost }: Measure): Cost => ({
  requested: cost - introspectionCost,
  limit: limits.cost,
});

function parseWithinLimits(source: Source | string, options?: ParseOptions): DocumentNode {
  const document = parseTokens(source, options);
  let aliases = 0;
  visit(document, {
    [Kind.FIELD]: (field) => {
      if (field.alias !== undefined) aliases += 1;
    },
  });
  if (aliases > limits.aliases)
    throw exceeded('ALIAS_LIMIT_EXCEEDED', `has ${aliases} aliases`, aliases, limits.aliases);
  return document;
}

function parseTokens(source: Source | string, options?: ParseOptions): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes('tokens. Parsing aborted')) {
      const message = `The document has more than ${limits.tokens} tokens. Ask for less at a time.`;
      throw refused(message, 'TOKEN_LIMIT_EXCEEDED');
    }
    Object.assign(error.extensions, { code: 'GRAPHQL_PARSE_FAILED', http: { spec: true, status: 400 } });
    throw error;
  }
}

function firstExceeded(measure: Measure): GraphQLError | undefined {
  const { depth, rootFields, introspectionCost } = measure;
  const { requested: cost } = costOf(measure);
  if (depth > limits.depth) {
    return exceeded('DEPTH_LIMIT_EXCEEDED', `is ${depth} levels deep`, depth, limits.depth);
  }
  if (rootFields > limits.rootFields) {
    return exceeded(
      'ROOT_FIELD_LIMIT_EXCEEDED',
      `has ${rootFields} root fields`,
      rootFields,
      limits.rootFields,
    );
  }
  if (cost > limits.cost) {
    return exceeded('COST_LIMIT_EXCEEDED', `can answer with ${cost} field values`, cost, limits.cost);
  }
  if (introspectionCost > limits.introspectionCost) {
    const what = `can answer with ${introspectionCost} values about the schema`;
    return exceeded('COST_LIMIT_EXCEEDED', what, introspectionCost, limits.introspectionCost);
  }
  return undefined;
}

function exceeded(code: string, what: string, got: number, limit: number): GraphQLError {
  const error = refused(
    `The operation ${what}; at most ${limit} are allowed. Ask for shorter pages or fewer fields.`,
    code,
  );
  Object.assign(error.extensions, { limit, got });
  return error;
}
