import type { Period } from '../../sync/run-statistics.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MAX_DAYS = 366;

export interface PeriodArguments {
  from?: Date | null | undefined;
  to?: Date | null | undefined;
}

/** The arguments of figures over a period. */
export const periodArgs = () =>
  builder.args((t) => ({
    from: t.field({
      type: 'DateTime',
      description: `The beginning of the period; ${USUAL_DAYS} days before its end when not given.`,
    }),
    to: t.field({
      type: 'DateTime',
      description: `The end of the period, itself not part of it; now when not given. At most ${MAX_DAYS} days after \`from\`.`,
    }),
  }));

/** The period that is asked for. A mistake is answered with a sentence. */
export function readPeriod(args: PeriodArguments, context: Context): Period {
  const to = args.to ?? context.now();
  const from = args.from ?? new Date(to.getTime() - USUAL_DAYS * DAY_MS);
  if (from >= to) {
    throw badInput(
      `Expected \`from\` before \`to\`, got a period from ${from.toISOString()} to ${to.toISOString()}; swap them.`,
    );
  }
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (days > MAX_DAYS) {
    throw badInput(
      `Expected a period of at most ${MAX_DAYS} days, got ${Math.ceil(days)}; ask for it in parts.`,
    );
  }
  return { from, to };
}

/**
 * How many days of a calendar the period can touch, before its arguments are checked: it may begin and end in the
 * middle of a day, and be an hour longer by the clock of a site than it is.
 */
export function daysAtMost(args: Readonly<Record<string, unknown>>): number {
  const to = timeOf(args['to']) ?? Date.now();
  const from = timeOf(args['from']) ?? to - USUAL_DAYS * DAY_MS;
  const days = Math.ceil((to - from) / DAY_MS);
  return (days >= 0 && days <= MAX_DAYS ? days : MAX_DAYS) + 2;
}

const timeOf = (value: unknown): number | undefined =>
  typeof value === 'string' || value instanceof Date ? new Date(value).getTime() : undefined;
