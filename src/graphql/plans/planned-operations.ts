import { createHash } from 'node:crypto';

import { GraphQLError, OperationTypeNode, getOperationAST } from 'graphql';
import type { Pool } from 'pg';
import { z } from 'zod';

import type { Logger } from '../../core/logger.ts';
import { createDocumentCache } from '../limits/document-cache.ts';
import { checkLimits } from '../limits/use-limits.ts';
import { toQuery } from '../lists/sql.ts';
import { documentTextOf } from '../persisted-operations.ts';
import type { OperationDependencies } from '../prepare-operation.ts';
import { withCursors } from './places.ts';
import { planOperation } from './plan-operation.ts';
import { NotPlannable, type PlacedList } from './planning.ts';

/** An answer in the parts that it is made of, each the text of its JSON. */
interface PlannedAnswer {
  readonly data: string;
  readonly extensions: object;
}

/**
 * Answers operations by one statement each, without Yoga.
 *
 * @param body of the request, as JSON
 * @returns null for what takes resolvers, is refused, or fails: Yoga answers that
 */
export type PlannedOperations = (body: string) => Promise<PlannedAnswer | null>;

interface Prepared {
  readonly query: { name?: string; text: string; values: unknown[] };
  readonly places: readonly PlacedList[];
  readonly extensions: object;
}

/** With anything else in it, it is for Yoga to refuse. */
const Body = z.strictObject({
  query: z.unknown().optional(),
  documentId: z.unknown().optional(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * How long the texts of all prepared statements are together. Each connection keeps them, and their plans, for as long
 * as it lives: that is about 130 bytes of PostgreSQL's memory for a character, 30 MB here.
 */
const MAX_PREPARED_LENGTH = 250_000;

export function createPlannedOperations(
  { yoga, persistedOperations }: OperationDependencies,
  { pool, cursorKey, logger }: { pool: Pool; cursorKey: Buffer; logger: Logger },
): PlannedOperations {
  const known = createDocumentCache<Prepared | null>();
  const prepared = new Set<string>();
  let preparedLength = 0;
  /** Of the text itself: through a pooler, a connection may have been prepared by another process. */
  function nameOf(text: string): { name?: string } {
    const name = `plan-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    if (prepared.has(name)) return { name };
    if (preparedLength + text.length > MAX_PREPARED_LENGTH) return {};
    prepared.add(name);
    preparedLength += text.length;
    return { name };
  }

  function prepare(body: string): Prepared | null {
    const parsed = Body.safeParse(JSON.parse(body));
    if (!parsed.success) return null;
    const { operationName, variables } = parsed.data;
    const { schema, parse, validate } = yoga.getEnveloped({});
    const document = parse(documentTextOf(persistedOperations, parsed.data));
    if (validate(schema, document).length > 0) return null;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    const checked = checkLimits({ schema, document, operationName, variableValues: variables });
    if (checked === undefined || checked.error !== undefined) return null;
    const plan = planOperation({ schema, document, operation, variables: checked.variables, cursorKey });
    const statement = toQuery(plan.statement);
    return {
      query: { ...nameOf(statement.text), ...statement },
      places: plan.places,
      extensions: { cost: checked.cost },
    };
  }

  /** What is refused is refused by Yoga, in its words. */
  function prepareOrNull(body: string): Prepared | null {
    try {
      return prepare(body);
    } catch (error) {
      const isExpected =
        error instanceof NotPlannable || error instanceof GraphQLError || error instanceof SyntaxError;
      if (!isExpected)
        logger.warn({ err: error }, 'an operation cannot be planned: resolvers answer instead');
      return null;
    }
  }

  return async (body) => {
    let plan = known.get(body);
    if (plan === undefined) known.set(body, (plan = prepareOrNull(body)));
    if (plan === null) return null;
    const { query, places, extensions } = plan;
    try {
      const { rows } = await pool.query<{ data: string | null }>(query);
      const data = rows[0]?.data ?? null;
      return data === null ? null : { data: withCursors(data, places, cursorKey), extensions };
    } catch (error) {
      logger.warn({ err: error }, 'a planned statement failed: resolvers answer instead');
      return null;
    }
  };
}
