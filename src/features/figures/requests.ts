import type { ZonedSite } from '../../sync/run-statistics.ts';
import { type CalendarPeriod, dayText } from './calendar.ts';

/** What a figure is asked of: some sites, and days by the calendar of each. */
export interface SalesRequest extends CalendarPeriod {
  readonly sites: readonly ZonedSite[];
}

/** A request as rows, one for each of its sites: `wanted (request, site_id, time_zone, first_day, last_day)`. */
const WANTED = `unnest($1::int[], $2::int[], $3::text[], $4::date[], $5::date[])
  AS wanted (request, site_id, time_zone, first_day, last_day)`;

/** The values of the parameters of `WANTED`, `$1` to `$5`. */
export function valuesOf(requests: readonly SalesRequest[]): unknown[][] {
  const wanted = requests.flatMap((request, index) =>
    request.sites.map((site) => ({ request, index, site })),
  );
  return [
    wanted.map(({ index }) => index),
    wanted.map(({ site }) => site.id),
    wanted.map(({ site }) => site.timeZone),
    wanted.map(({ request }) => dayText(request.firstDay)),
    wanted.map(({ request }) => dayText(request.lastDay)),
  ];
}

/**
 * SQL for the first moment of a day in a time zone. Where clocks are put back at midnight, PostgreSQL takes the
 * second midnight for it, and where they are put forward there is none: the microsecond before has no such doubt.
 */
export const startOfDay = (day: string, timeZone: string): string =>
  `least((${day})::timestamp AT TIME ZONE ${timeZone},
    ((${day})::timestamp - interval '1 microsecond') AT TIME ZONE ${timeZone} + interval '1 microsecond')`;

/** Every site of every request, with the moments `period.begins` and `period.ends`, itself not part of it. */
export const WANTED_PERIODS = `${WANTED} CROSS JOIN LATERAL (
    SELECT ${startOfDay('wanted.first_day', 'wanted.time_zone')} AS begins,
      ${startOfDay('wanted.last_day + 1', 'wanted.time_zone')} AS ends OFFSET 0
  ) AS period`;

/** Of the rows of "order", those that were placed on a wanted site, are there, and have a status of `$6`. */
export const OF_SITE = `site_id = wanted.site_id AND deleted_at IS NULL AND status = ANY($6::order_status[])`;

/** Of them, those in the period. */
export const IN_PERIOD = `${OF_SITE} AND ordered_at >= period.begins AND ordered_at < period.ends`;

/** The rows of each request, in the order of the requests. */
export function rowsByRequest<Row extends { readonly request: number }>(
  requests: readonly unknown[],
  rows: readonly Row[],
): Row[][] {
  const groups = Map.groupBy(rows, ({ request }) => request);
  return requests.map((_, index) => groups.get(index) ?? []);
}
