const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

/** Days of a calendar, both of them included; each is midnight UTC, whatever the zone of the calendar. */
export interface CalendarPeriod {
  readonly firstDay: Date;
  readonly lastDay: Date;
}

export type TimeUnit = 'DAY' | 'WEEK' | 'MONTH';

/** A day, a week or a month, and the part of it that lies in a period. */
export interface Interval extends CalendarPeriod {
  /** The day the whole of it begins with, `YYYY-MM-DD`. */
  readonly name: string;
}

export const addDays = (day: Date, days: number): Date => new Date(day.getTime() + days * DAY_MS);

/** How many days it has. */
export const lengthOf = ({ firstDay, lastDay }: CalendarPeriod): number =>
  (lastDay.getTime() - firstDay.getTime()) / DAY_MS + 1;

/** As many days, just before. */
export function periodBefore(period: CalendarPeriod): CalendarPeriod {
  return { firstDay: addDays(period.firstDay, -lengthOf(period)), lastDay: addDays(period.firstDay, -1) };
}

/** `YYYY-MM-DD` */
export const dayText = (day: Date): string => day.toISOString().slice(0, 10);

/** The day it is in a time zone. */
export function dayIn(timeZone: string, moment: Date): Date {
  // Sweden writes dates as ISO 8601 does.
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(moment);
  return new Date(`${day}T00:00:00Z`);
}

/** The first moment of the day after. */
export function endOfDay(timeZone: string, moment: Date): Date {
  const today = dayIn(timeZone, moment).getTime();
  // The clocks of all zones differ by whole quarters of an hour; no day has more than 25 hours, but one may be skipped.
  const quarter = (index: number) =>
    new Date((Math.floor(moment.getTime() / QUARTER_MS) + index) * QUARTER_MS);
  let [before, after] = [0, 26 * 4];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayIn(timeZone, quarter(middle)).getTime() > today) after = middle;
    else before = middle;
  }
  return quarter(after);
}

/** All intervals that a period touches, in their order. Weeks are those of ISO 8601, from Monday to Sunday. */
export function intervalsOf(period: CalendarPeriod, unit: TimeUnit): Interval[] {
  const intervals: Interval[] = [];
  let begin = beginOf(period.firstDay, unit);
  while (begin <= period.lastDay) {
    const next = beginOf(addDays(begin, { DAY: 1, WEEK: 7, MONTH: 31 }[unit]), unit);
    intervals.push({
      name: dayText(begin),
      firstDay: begin < period.firstDay ? period.firstDay : begin,
      lastDay: next > period.lastDay ? period.lastDay : addDays(next, -1),
    });
    begin = next;
  }
  return intervals;
}

function beginOf(day: Date, unit: TimeUnit): Date {
  switch (unit) {
    case 'DAY':
      return day;
    case 'WEEK':
      return addDays(day, -((day.getUTCDay() + 6) % 7));
    case 'MONTH':
      return addDays(day, 1 - day.getUTCDate());
  }
}
