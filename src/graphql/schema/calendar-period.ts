import {
  type CalendarPeriod,
  addDays,
  dayIn,
  dayText,
  endOfDay,
  lengthOf,
} from '../../features/figures/calendar.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import type { FieldArguments } from '../limits/measure.ts';

const USUAL_DAYS = 30;
export const MAX_DAYS = 366;

interface DayArguments {
  firstDay?: Date | null | undefined;
  lastDay?: Date | null | undefined;
}

/** The arguments of figures over days of the calendar of each site. */
export const calendarArgs = () =>
  builder.args((t) => ({
    firstDay: t.field({
      type: 'Date',
      description: `The first day; ${USUAL_DAYS - 1} days before the last when not given.`,
    }),
    lastDay: t.field({
      type: 'Date',
      description: `The last day, itself included; today when not given. At most ${MAX_DAYS} days in all.`,
    }),
  }));

/** The days that are asked for; today is the latest day that has begun at any of the sites. A mistake is answered with a sentence. */
export function readDays(
  args: DayArguments,
  sites: readonly { readonly timeZone: string }[],
  context: Context,
): CalendarPeriod {
  const lastDay = args.lastDay ?? todayAt(sites, context);
  const firstDay = args.firstDay ?? addDays(lastDay, 1 - USUAL_DAYS);
  const period = { firstDay, lastDay };
  if (firstDay > lastDay) {
    throw badInput(
      `Expected \`firstDay\` not after \`lastDay\`, got ${dayText(firstDay)} and ${dayText(lastDay)}; swap them.`,
    );
  }
  if (lengthOf(period) > MAX_DAYS) {
    throw badInput(`Expected at most ${MAX_DAYS} days, got ${lengthOf(period)}; ask for them in parts.`);
  }
  // Orders are of 1900 to 2200; so are the days around them, which have four digits then.
  const day = [firstDay, lastDay].find((asked) => Math.abs(asked.getUTCFullYear() - 2050) > 150);
  if (day !== undefined) throw badInput(`Expected days from 1900 to 2200, got ${dayText(day)}.`);
  return period;
}

/** The latest day that has begun at any of the sites; the answer may be another when the next one begins at one. */
function todayAt(sites: readonly { readonly timeZone: string }[], context: Context): Date {
  const zones = sites.length === 0 ? ['UTC'] : [...new Set(sites.map(({ timeZone }) => timeZone))];
  const now = context.now((moment) => earliest(zones.map((timeZone) => endOfDay(timeZone, moment))));
  return latest(zones.map((timeZone) => dayIn(timeZone, now)));
}

const earliest = (times: readonly Date[]) => new Date(Math.min(...times.map(Number)));
const latest = (times: readonly Date[]) => new Date(Math.max(...times.map(Number)));

/** How many days are asked for, before the arguments are checked. */
export function daysAsked(args: FieldArguments): number {
  const lastDay = dayOf(args['lastDay']) ?? Date.now();
  const firstDay = dayOf(args['firstDay']) ?? addDays(new Date(lastDay), 1 - USUAL_DAYS).getTime();
  const days = Math.ceil(lengthOf({ firstDay: new Date(firstDay), lastDay: new Date(lastDay) }));
  return days >= 1 && days <= MAX_DAYS ? days : MAX_DAYS;
}

const dayOf = (value: unknown): number | undefined =>
  typeof value === 'string' || value instanceof Date ? new Date(value).getTime() : undefined;
