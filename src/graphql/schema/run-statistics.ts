import DataLoader from 'dataloader';

import {
  type DayOfRuns,
  type Period,
  type RunFigures,
  type ZonedSite,
  daysOfAllSites,
  daysOfSites,
  figuresOfAllSites,
  figuresOfSites,
  noRuns,
} from '../../sync/run-statistics.ts';
import { Entity } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { freshnessBefore, type MaybeFreshness } from '../freshness.ts';
import type { FieldArguments } from '../limits/measure.ts';
import { freshnessField } from './freshness.ts';
import { daysAtMost, periodArgs, readPeriod, type PeriodArguments } from './period.ts';

interface Statistics extends RunFigures, Period, MaybeFreshness {
  rowsPerDay: () => Promise<DayOfRuns[]>;
}

/** What runs bring: it tells which sites have no runs to speak of. */
const entities = Object.values(Entity);

const RunDurations = builder.objectRef<NonNullable<RunFigures['durationMs']>>('RunDurations').implement({
  description: 'How long runs took, in milliseconds from the beginning of their work to their end.',
  fields: (t) => ({
    p50: t.expose('p50', { type: 'SafeInt', description: 'Half of the runs took no longer: the median.' }),
    p95: t.expose('p95', { type: 'SafeInt', description: '95 in 100 runs took no longer.' }),
    p99: t.expose('p99', { type: 'SafeInt', description: '99 in 100 runs took no longer.' }),
  }),
});

const RunDay = builder.objectRef<DayOfRuns>('RunDay').implement({
  description: 'What runs brought on one day.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day.' }),
    rows: t.expose('rows', {
      type: 'SafeInt',
      description: 'Rows received, by all runs that ended on that day, whatever became of the rows.',
    }),
    runs: t.exposeInt('runs', { description: 'Runs that ended on that day.' }),
  }),
});

const RunStatistics = builder.objectRef<Statistics>('RunStatistics').implement({
  description: 'How runs went in a period, dry runs left out. A run belongs to the period in which it ended.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'The beginning of the period.' }),
    to: t.expose('to', { type: 'DateTime', description: 'The end of the period, itself not part of it.' }),
    runs: t.exposeInt('runs', { description: 'Runs that ended in the period.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Of them, those that brought everything.' }),
    partial: t.exposeInt('partial', { description: 'Of them, those that brought a part.' }),
    failed: t.exposeInt('failed', { description: 'Of them, those that brought nothing.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Of them, those that were called off.' }),
    successRate: t.float({
      nullable: true,
      description:
        'Runs that brought everything, of those that were not called off: 0 to 1. Null when there was none.',
      resolve: ({ succeeded, runs, cancelled }) =>
        runs === cancelled ? null : succeeded / (runs - cancelled),
    }),
    durationMs: t.expose('durationMs', {
      type: RunDurations,
      nullable: true,
      description: 'How long they took, those that were called off included; null when none had begun.',
    }),
    refusedKeys: t.exposeInt('refusedKeys', {
      description: 'Runs that went wrong because the site refused its key (`KEY_REFUSED`).',
    }),
    rowsPerDay: t.field({
      type: [RunDay],
      description:
        'Every day of the period, those without runs included, in the time zone of the site; over all sites in ' +
        'UTC. Of the first and the last day only the part that lies in the period counts.',
      resolve: ({ rowsPerDay }) => rowsPerDay(),
    }),
    freshness: t.field(freshnessField),
  }),
});

/** What reading its runs costs. */
const costOfPeriod = (args: FieldArguments): number => Math.ceil(daysAtMost(args) / 10);

builder.queryField('runStatistics', (t) =>
  t.field({
    type: RunStatistics,
    description: 'How the runs of all sites went, together.',
    args: periodArgs(),
    extensions: { listSizeInside: daysAtMost, cost: costOfPeriod },
    async resolve(_root, args, context, info) {
      const { pool } = context.database;
      const period = readPeriod(args, context);
      const freshness = await freshnessBefore(context, info, { entities, sites: [] });
      const figures = await figuresOfAllSites(pool, period);
      return { ...figures, ...period, rowsPerDay: () => daysOfAllSites(pool, period), freshness };
    },
  }),
);

builder.prismaObjectField('Site', 'runStatistics', (t) =>
  t.field({
    type: RunStatistics,
    description: 'How its runs went.',
    args: periodArgs(),
    extensions: { columns: ['id', 'timeZone'], listSizeInside: daysAtMost, cost: costOfPeriod },
    async resolve(site, args, context, info) {
      const freshness = await freshnessBefore(context, info, { entities, sites: site.id });
      return { ...(await statisticsLoader(context, args).load(site)), freshness };
    },
  }),
);

/** All sites of one answer that are asked about the same period are read together, their days apart. */
function statisticsLoader(context: Context, args: PeriodArguments) {
  const { pool } = context.database;
  const name = `Site.runStatistics:${args.from?.getTime()}:${args.to?.getTime()}`;
  return context.loaders.batch(name, () => {
    const period = readPeriod(args, context);
    const days = loaderBySite(async (sites) => {
      const ofSites = await daysOfSites(pool, sites, period);
      return sites.map(({ id }) => ofSites.get(id) ?? []);
    });
    return loaderBySite<Statistics>(async (sites) => {
      const figures = await figuresOfSites(pool, sites, period);
      return sites.map((site) => ({
        ...(figures.get(site.id) ?? noRuns),
        ...period,
        rowsPerDay: () => days.load(site),
      }));
    });
  });
}

const loaderBySite = <Value>(read: (sites: readonly ZonedSite[]) => Promise<Value[]>) =>
  new DataLoader<ZonedSite, Value, number>(read, { cacheKeyFn: ({ id }) => id });
