import type { Pool } from 'pg';

/** From the first moment until before the second: a run belongs to the period it ended in. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** A site, and where its days begin. */
export interface ZonedSite {
  readonly id: number;
  readonly timeZone: string;
}

export interface RunFigures {
  runs: number;
  succeeded: number;
  partial: number;
  failed: number;
  cancelled: number;
  /** Runs that ended because the site refused its key. */
  refusedKeys: number;
  /** From the beginning of the work to its end, in whole ms; null where no run had begun. */
  durationMs: { p50: number; p95: number; p99: number } | null;
}

export interface DayOfRuns {
  /** The day, as midnight UTC. */
  day: Date;
  /** Rows received from sites. */
  rows: number;
  runs: number;
}

export const noRuns: RunFigures = {
  runs: 0,
  succeeded: 0,
  partial: 0,
  failed: 0,
  cancelled: 0,
  refusedKeys: 0,
  durationMs: null,
};

/** The figures of each of the sites, by its id; one statement for all. */
export function figuresOfSites(
  pool: Pool,
  sites: readonly ZonedSite[],
  period: Period,
): Promise<Map<number, RunFigures>> {
  return readFigures(pool, FIGURES_OF_SITE, sites, period);
}

/** The figures of all sites together. */
export async function figuresOfAllSites(pool: Pool, period: Period): Promise<RunFigures> {
  const figures = await readFigures(pool, FIGURES_OF_ALL, [allSites], period);
  return figures.get(allSites.id) ?? noRuns;
}

/** Every day of the period in the time zone of each of the sites, by its id; one statement for all. */
export function daysOfSites(
  pool: Pool,
  sites: readonly ZonedSite[],
  period: Period,
): Promise<Map<number, DayOfRuns[]>> {
  return readDays(pool, DAYS_OF_SITE, sites, period);
}

/** Every day of the period in UTC, all sites together. */
export async function daysOfAllSites(pool: Pool, period: Period): Promise<DayOfRuns[]> {
  const days = await readDays(pool, DAYS_OF_ALL, [allSites], period);
  return days.get(allSites.id) ?? [];
}

/** In place of the sites: one group, to which every run belongs. */
const allSites: ZonedSite = { id: 0, timeZone: 'UTC' };

const WANTED = `unnest($1::int[], $2::text[]) AS wanted (site_id, time_zone)`;

const ENDED_IN_PERIOD = `run.ended_at >= $3 AND run.ended_at < $4`;
const OF_SITE = `run.site_id = wanted.site_id AND ${ENDED_IN_PERIOD}`;

// OFFSET 0 keeps the planner from turning look-ups by key into a join, which it plans ruinously while the tables
// have no statistics.
const figuresWhere = (condition: string) => `
  SELECT wanted.site_id AS id, figures.* FROM ${WANTED} CROSS JOIN LATERAL (
    SELECT count(*)::int AS runs,
      count(*) FILTER (WHERE status = 'SUCCEEDED')::int AS succeeded,
      count(*) FILTER (WHERE status = 'PARTIAL')::int AS partial,
      count(*) FILTER (WHERE status = 'FAILED')::int AS failed,
      count(*) FILTER (WHERE status = 'CANCELLED')::int AS cancelled,
      count(*) FILTER (WHERE error_code = 'KEY_REFUSED')::int AS "refusedKeys",
      percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
        ORDER BY extract(epoch FROM ended_at - started_at)::float8 * 1000
      ) AS durations
    FROM (SELECT * FROM sync_run AS run WHERE ${condition} OFFSET 0) AS ended
  ) AS figures`;

// The days themselves are added as rows of nothing, so that those without runs are there too;
// timestamps without a zone, or the clock of the database would have a say in them.
const daysWhere = (condition: string) => `
  SELECT wanted.site_id AS id, to_char(days.day, 'YYYY-MM-DD') AS day, days.rows::float8, days.runs::int
  FROM ${WANTED} CROSS JOIN LATERAL (
    SELECT day, sum(rows) AS rows, sum(runs) AS runs FROM (
      SELECT (ended_at AT TIME ZONE wanted.time_zone)::date AS day, received AS rows, 1 AS runs
      FROM (SELECT id, ended_at FROM sync_run AS run WHERE ${condition} OFFSET 0) AS ended
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(received), 0) AS received FROM sync_entity_run WHERE run_id = ended.id OFFSET 0
      ) AS parts
      UNION ALL
      SELECT day::date, 0, 0 FROM generate_series(
        ($3::timestamptz AT TIME ZONE wanted.time_zone)::date::timestamp,
        (($4::timestamptz - interval '1 millisecond') AT TIME ZONE wanted.time_zone)::date::timestamp,
        interval '1 day'
      ) AS day
    ) AS day_by_day GROUP BY day
  ) AS days ORDER BY days.day`;

const FIGURES_OF_SITE = figuresWhere(OF_SITE);
const FIGURES_OF_ALL = figuresWhere(ENDED_IN_PERIOD);
const DAYS_OF_SITE = daysWhere(OF_SITE);
const DAYS_OF_ALL = daysWhere(ENDED_IN_PERIOD);

const valuesOf = (sites: readonly ZonedSite[], { from, to }: Period) => [
  sites.map(({ id }) => id),
  sites.map(({ timeZone }) => timeZone),
  from,
  to,
];

async function readFigures(
  pool: Pool,
  text: string,
  sites: readonly ZonedSite[],
  period: Period,
): Promise<Map<number, RunFigures>> {
  type Row = Omit<RunFigures, 'durationMs'> & { id: number; durations: [number, number, number] | null };
  const { rows } = await pool.query<Row>(text, valuesOf(sites, period));
  return new Map(
    rows.map(({ id, durations, ...counts }) => [id, { ...counts, durationMs: durationsOf(durations) }]),
  );
}

function durationsOf(percentiles: [number, number, number] | null): RunFigures['durationMs'] {
  if (percentiles === null) return null;
  const [p50, p95, p99] = percentiles;
  return { p50: Math.round(p50), p95: Math.round(p95), p99: Math.round(p99) };
}

async function readDays(
  pool: Pool,
  text: string,
  sites: readonly ZonedSite[],
  period: Period,
): Promise<Map<number, DayOfRuns[]>> {
  type Row = { id: number; day: string; rows: number; runs: number };
  const { rows } = await pool.query<Row>(text, valuesOf(sites, period));
  return Map.groupBy(
    rows.map(({ id, day, ...counts }) => ({ ...counts, id, day: new Date(`${day}T00:00:00Z`) })),
    ({ id }) => id,
  );
}
