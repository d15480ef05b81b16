import { randomUUID } from 'node:crypto';

import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { openDatabase } from '../../src/db/client.ts';
import type { RunStatus } from '../../src/db/generated/prisma/enums.ts';
import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { seededRandom } from '../template/support/random.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';
import { statementsOf } from './support/statements.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

beforeEach(async () => {
  await database.prisma.site.deleteMany();
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Run {
  siteId: number;
  status: RunStatus;
  errorCode: string | null;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Rows received, by entity. */
  received: { PAINTINGS: number; ORDERS: number };
}

const anEndedRun = (siteId: number, endedAt: string, values: Partial<Run> = {}): Run => ({
  siteId,
  status: 'SUCCEEDED',
  errorCode: null,
  startedAt: new Date(new Date(endedAt).getTime() - 1_000),
  endedAt: new Date(endedAt),
  received: { PAINTINGS: 7, ORDERS: 3 },
  ...values,
});

async function store(runs: readonly Run[]): Promise<void> {
  const withIds = runs.map((run) => ({ ...run, id: randomUUID() }));
  await database.prisma.syncRun.createMany({
    data: withIds.map(({ id, siteId, status, errorCode, startedAt, endedAt }) => {
      return { id, siteId, status, errorCode, startedAt, endedAt, entities: ['PAINTINGS', 'ORDERS'] };
    }),
  });
  await database.prisma.syncEntityRun.createMany({
    data: withIds.flatMap(({ id: runId, received }) => [
      { runId, entity: 'PAINTINGS' as const, received: received.PAINTINGS },
      { runId, entity: 'ORDERS' as const, received: received.ORDERS },
    ]),
  });
}

const Statistics = graphql(`
  query Statistics($from: DateTime, $to: DateTime) {
    runStatistics(from: $from, to: $to) {
      ...Figures
    }
    sites {
      nodes {
        runStatistics(from: $from, to: $to) {
          ...Figures
        }
      }
    }
  }
  fragment Figures on RunStatistics {
    runs
    succeeded
    partial
    failed
    cancelled
    successRate
    durationMs {
      p50
      p95
      p99
    }
    refusedKeys
    rowsPerDay {
      day
      rows
      runs
    }
  }
`);

/** The same figures, counted one by one. */
function count(runs: readonly Run[], { from, to }: { from: Date; to: Date }, timeZone: string) {
  const inPeriod = runs.flatMap((run) =>
    run.endedAt !== null && run.endedAt >= from && run.endedAt < to ? [{ ...run, endedAt: run.endedAt }] : [],
  );
  const having = (status: RunStatus) => inPeriod.filter((run) => run.status === status).length;
  const judged = inPeriod.length - having('CANCELLED');
  const durations = inPeriod
    .flatMap(({ startedAt, endedAt }) =>
      startedAt === null ? [] : [endedAt.getTime() - startedAt.getTime()],
    )
    .toSorted((a, b) => a - b);
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const days = new Map<string, { rows: number; runs: number }>();
  for (let at = from.getTime(); at < to.getTime(); at += HOUR_MS)
    days.set(day.format(at), { rows: 0, runs: 0 });
  days.set(day.format(to.getTime() - 1), { rows: 0, runs: 0 });
  for (const { endedAt, received } of inPeriod) {
    const onDay = days.get(day.format(endedAt));
    if (onDay === undefined) throw new Error('a run on a day that is not in the period');
    onDay.rows += received.PAINTINGS + received.ORDERS;
    onDay.runs += 1;
  }
  return {
    runs: inPeriod.length,
    succeeded: having('SUCCEEDED'),
    partial: having('PARTIAL'),
    failed: having('FAILED'),
    cancelled: having('CANCELLED'),
    successRate: judged === 0 ? null : having('SUCCEEDED') / judged,
    durationMs:
      durations.length === 0
        ? null
        : { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95), p99: quantile(durations, 0.99) },
    refusedKeys: inPeriod.filter(({ errorCode }) => errorCode === 'KEY_REFUSED').length,
    rowsPerDay: [...days].map(([name, onDay]) => ({ day: name, ...onDay })),
  };
}

/** Between two values in proportion. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? 0;
  return Math.round(below + (above - below) * (place - Math.floor(place)));
}

const zones = ['Europe/Paris', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata', 'UTC'];

/** Runs of every kind around the days on which clocks change, many of them near midnight. */
function someRuns(siteIds: readonly number[], seed: number): Run[] {
  const random = seededRandom(seed);
  const whole = (limit: number) => Math.floor(random() * limit);
  const begin = Date.parse('2026-03-01T00:00:00Z');
  return siteIds.flatMap((siteId) => {
    const ended = Array.from({ length: 150 }, (): Run => {
      const endedAt = begin + whole(40 * 24 * 4) * (HOUR_MS / 4) - whole(2);
      const status = (['SUCCEEDED', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED'] as const)[whole(5)];
      return {
        siteId,
        status: status ?? 'SUCCEEDED',
        errorCode: status === 'FAILED' && whole(2) === 0 ? 'KEY_REFUSED' : null,
        // One that was called off may never have begun. Steps of 200 ms keep percentiles whole: no half to round.
        startedAt: status === 'CANCELLED' && whole(2) === 0 ? null : new Date(endedAt - 200 * whole(3_000)),
        endedAt: new Date(endedAt),
        received: { PAINTINGS: whole(500), ORDERS: whole(500) },
      };
    });
    const open: Run = {
      siteId,
      status: 'RUNNING',
      errorCode: null,
      startedAt: new Date(begin),
      endedAt: null,
      received: { PAINTINGS: 1, ORDERS: 1 },
    };
    return [...ended, open];
  });
}

describe('run statistics', () => {
  test.each([
    ['a month', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
    ['a part of two days', '2026-03-28T22:15:00.000Z', '2026-03-29T21:45:00.000Z'],
    ['a period that begins and ends at midnight in Paris', '2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z'],
    ['days without any run', '2025-10-20T00:00:00.000Z', '2025-11-05T00:00:00.000Z'],
    ['a millisecond', '2026-03-29T01:00:00.000Z', '2026-03-29T01:00:00.001Z'],
  ])('of %s are what counting one by one gives', async (_what, from, to) => {
    const sites: { id: number; timeZone: string }[] = [];
    for (const timeZone of zones) sites.push({ id: await rows.site({ timeZone }), timeZone });
    const runs = someRuns(
      sites.map(({ id }) => id),
      20_261_121,
    );
    await store(runs);

    const answer = await api.read(Statistics, { from, to });

    const period = { from: new Date(from), to: new Date(to) };
    expect(answer.runStatistics).toEqual(count(runs, period, 'UTC'));
    expect(answer.sites.nodes.map(({ runStatistics }) => runStatistics)).toEqual(
      sites.map(({ id, timeZone }) =>
        count(
          runs.filter(({ siteId }) => siteId === id),
          period,
          timeZone,
        ),
      ),
    );
  });

  test('give a day of 23 hours and one of 25 their own runs', async () => {
    const siteId = await rows.site({ timeZone: 'Europe/Paris' });
    const ends = [
      '2026-03-28T22:59:59.999Z', // one millisecond before the short day
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T21:59:59.999Z',
      '2026-03-29T22:00:00.000Z', // the day after
      '2026-10-24T22:00:00.000Z', // the long day, from its first millisecond
      '2026-10-25T22:59:59.999Z', // to its last
      '2026-10-25T23:00:00.000Z',
    ];
    await store(ends.map((end) => anEndedRun(siteId, end)));

    const daysOf = async (from: string, to: string) => {
      const { sites } = await api.read(Statistics, { from, to });
      return sites.nodes[0]?.runStatistics.rowsPerDay.map(({ day, rows: received, runs }) => [
        day,
        received,
        runs,
      ]);
    };

    expect(await daysOf('2026-03-27T23:00:00Z', '2026-03-30T22:00:00Z')).toEqual([
      ['2026-03-28', 10, 1],
      ['2026-03-29', 20, 2],
      ['2026-03-30', 10, 1],
    ]);
    expect(await daysOf('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')).toEqual([['2026-03-29', 20, 2]]);
    expect(await daysOf('2026-10-24T22:00:00Z', '2026-10-26T23:00:00Z')).toEqual([
      ['2026-10-25', 20, 2],
      ['2026-10-26', 10, 1],
    ]);
  });

  test('are the same whatever clock the database goes by', async () => {
    await using santiago = openDatabase(`${database.url}?options=-c%20timezone%3DAmerica/Santiago`, {
      applicationName: 'test',
      connections: 1,
      onError: () => undefined,
    });
    // In Santiago 6 September has no midnight.
    const period = { from: '2026-09-04T00:00:00Z', to: '2026-09-08T00:00:00Z' };
    const { runStatistics } = await createApi(readingOnly(santiago)).read(Statistics, period);
    expect(runStatistics.rowsPerDay.map(({ day }) => day)).toEqual([
      '2026-09-04',
      '2026-09-05',
      '2026-09-06',
      '2026-09-07',
    ]);
  });

  test('do not hold a run that was called off against the site', async () => {
    const siteId = await rows.site();
    const end = '2026-05-05T10:00:00Z';
    await store([
      anEndedRun(siteId, end),
      anEndedRun(siteId, end, { status: 'CANCELLED' }),
      anEndedRun(siteId, end, { status: 'PARTIAL' }),
    ]);
    const period = { from: '2026-05-05T00:00:00Z', to: '2026-05-06T00:00:00Z' };
    const { runStatistics } = await api.read(Statistics, period);
    expect(runStatistics).toMatchObject({ runs: 3, cancelled: 1, successRate: 0.5 });
  });

  test('are of the last 30 days when no period is given', async () => {
    const siteId = await rows.site();
    const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
    await store([
      anEndedRun(siteId, daysAgo(0.1)),
      anEndedRun(siteId, daysAgo(29.9)),
      anEndedRun(siteId, daysAgo(30.1)),
    ]);
    const answer = await api.read(Statistics, { from: null, to: null });
    expect(answer.runStatistics.runs).toBe(2);
    expect(answer.runStatistics.rowsPerDay).toHaveLength(31);
    expect(answer.sites.nodes[0]?.runStatistics.runs).toBe(2);
  });

  test.each([
    [
      { from: '2026-05-06T00:00:00Z', to: '2026-05-05T00:00:00Z' },
      'Expected `from` before `to`, got a period from 2026-05-06T00:00:00.000Z to 2026-05-05T00:00:00.000Z; swap them.',
    ],
    [
      { from: '2026-05-06T00:00:00Z', to: '2026-05-06T00:00:00Z' },
      'Expected `from` before `to`, got a period from 2026-05-06T00:00:00.000Z to 2026-05-06T00:00:00.000Z; swap them.',
    ],
    [
      { from: '2025-01-01T00:00:00Z', to: '2026-01-02T00:00:00.001Z' },
      'Expected a period of at most 366 days, got 367; ask for it in parts.',
    ],
  ])('of a period that cannot be say so: %j', async (period, message) => {
    await rows.site();
    for (const query of [
      'query ($from: DateTime, $to: DateTime) { runStatistics(from: $from, to: $to) { runs } }',
      'query ($from: DateTime, $to: DateTime) { sites { nodes { runStatistics(from: $from, to: $to) { runs } } } }',
    ]) {
      const { errors } = await api.send(query, period);
      expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('of 366 days are given, of all of them', async () => {
    await rows.site({ timeZone: 'Europe/Paris' });
    const answer = await api.read(Statistics, { from: '2026-03-28T22:30:00Z', to: '2027-03-29T22:30:00Z' });
    expect(answer.runStatistics.rowsPerDay).toHaveLength(367);
    // In Paris the period begins at 23:30 and, the clock having gone on twice, ends at 00:30.
    expect(answer.sites.nodes[0]?.runStatistics.rowsPerDay).toHaveLength(368);
  });
});

const ThreePeriods = graphql(`
  query ThreePeriods {
    sites(first: 100) {
      nodes {
        usual: runStatistics {
          runs
          rowsPerDay {
            rows
          }
        }
        firstOfApril: runStatistics(from: "2026-04-01T00:00:00Z", to: "2026-04-02T00:00:00Z") {
          runs
          rowsPerDay {
            rows
          }
        }
        april: runStatistics(from: "2026-04-01T00:00:00Z", to: "2026-05-01T00:00:00Z") {
          runs
          rowsPerDay {
            rows
          }
        }
      }
    }
  }
`);

test('run statistics of a hundred sites take as many statements as those of one', async () => {
  const gallery = async () => {
    const siteId = await rows.site();
    await store([anEndedRun(siteId, '2026-04-05T10:00:00Z')]);
  };
  await gallery();
  const one = await statementsOf(database, () => api.read(ThreePeriods));
  for (let sites = 1; sites < 100; sites++) await gallery();
  const hundred = await statementsOf(database, () => api.read(ThreePeriods));

  expect(one.statements).toHaveLength(7); // the sites, and figures and days of each of the three periods
  expect(hundred.statements).toHaveLength(7);
  expect(hundred.result.sites.nodes).toHaveLength(100);
  const runsOf = hundred.result.sites.nodes.map(({ usual, firstOfApril, april }) =>
    [usual, firstOfApril, april].map(({ runs }) => runs),
  );
  expect(runsOf).toEqual(runsOf.map(() => [0, 0, 1]));
});

describe('the cost of run statistics', () => {
  const daysOf = (args: string) =>
    `sites(first: 100) { nodes { runStatistics${args} { rowsPerDay { day rows runs } } } }`;
  const costError = (got: number) => [{ extensions: { code: 'COST_LIMIT_EXCEEDED', limit: 50_000, got } }];

  test('counts as many days as their period can touch', async () => {
    const year = '(from: "2025-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z")';
    const { errors } = await api.send(`{ ${daysOf(year)} }`);
    // sites + nodes + 100 × (runStatistics + 37 to read it + rowsPerDay + 368 × (day + rows + runs))
    expect(errors).toMatchObject(costError(2 + 100 * (39 + 368 * 3)));
    expect((await api.send(`{ ${daysOf('')} }`)).errors).toBeUndefined();
  });

  test('counts periods given by variables, and a period that cannot be as the longest', async () => {
    const query = `query ($from: DateTime, $to: DateTime) { ${daysOf('(from: $from, to: $to)')} }`;
    const days = (from: string, to: string) => api.send(query, { from, to });
    expect((await days('2025-01-01T00:00:00Z', '2025-09-01T00:00:00Z')).errors).toMatchObject(
      costError(2 + 100 * (27 + 245 * 3)),
    );
    expect((await days('2025-01-02T00:00:00Z', '2025-01-01T00:00:00Z')).errors).toMatchObject(
      costError(2 + 100 * (39 + 368 * 3)),
    );
    expect((await days('2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z')).errors).toBeUndefined();
  });
});
