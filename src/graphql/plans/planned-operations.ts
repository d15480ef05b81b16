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
export interface PlannedAnswer {
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

/** Each connection keeps what it has prepared for as long as it lives. */
const MAX_STATEMENTS = 200;

export function createPlannedOperations(
  { yoga, persistedOperations }: OperationDependencies,
  { pool, cursorKey, logger }: { pool: Pool; cursorKey: Buffer; logger: Logger },
): PlannedOperations {
  const known = createDocumentCache<Prepared | null>();
  const names = new Map<string, string>();
  const nameOf = (text: string): { name?: string } => {
    if (!names.has(text) && names.size < MAX_STATEMENTS) names.set(text, `plan-${names.size}`);
    const name = names.get(text);
    return name === undefined ? {} : { name };
  };

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

  return async (body) => {
    let prepared = known.get(body);
    if (prepared === undefined) {
      prepared = preparedOrNull(() => prepare(body));
      known.set(body, prepared);
    }
    if (prepared === null) return null;
    const { query, places, extensions } = prepared;
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

/** What is refused is refused by Yoga, in its words. */
function preparedOrNull(prepare: () => Prepared | null): Prepared | null {
  try {
    return prepare();
  } catch (error) {
    if (error instanceof NotPlannable || error instanceof GraphQLError || error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
}
