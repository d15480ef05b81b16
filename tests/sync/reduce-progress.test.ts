import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readEvents } from '../../src/sync/read-events.ts';
import { noCounters, reduceProgress, type SyncProgress } from '../../src/sync/reduce-progress.ts';
import type { ProgressEvent, Tally } from '../../src/sync/sync-event.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { storedProgress } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 7 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

describe('the events of a run, reduced', () => {
  const reduced = async (runId: string) =>
    (await readEvents(gateway.database.pool, runId, 0)).reduce<SyncProgress | null>(reduceProgress, null);

  it.each([
    ['succeeded', 'SUCCEEDED', {}],
    ['failed in parts', 'PARTIAL', { orders: 'server-error', exhibitions: 'not-found' }],
    ['failed', 'FAILED', Object.fromEntries(everyEndpoint().map((endpoint) => [endpoint, 'server-error']))],
  ])('are what the columns say of one that %s', async (_how, status, faults) => {
    const { siteId, site } = await gateway.addDemoSite();
    for (const [endpoint, kind] of Object.entries(faults))
      Reflect.apply(site.faults.set, site.faults, [endpoint, { kind }]);

    const { runId } = await gateway.sync(siteId);

    expect(await reduced(runId)).toMatchObject({
      ...(await storedProgress(gateway.database, runId)),
      status,
    });
  });

  it('are what the columns say of one that was called off while it was under way, or waited', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await gateway.request(siteId);
    for await (const { entities } of gateway.follow(runId)) {
      if (entities.some(({ entity, status }) => entity === 'USERS' && status === 'RUNNING')) break;
    }

    await gateway.cancel(runId);

    const state = await reduced(runId);
    expect(state).toMatchObject({ ...(await storedProgress(gateway.database, runId)), status: 'CANCELLED' });
    expect(state?.entities.find(({ entity }) => entity === 'PAINTINGS')).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(state?.entities.find(({ entity }) => entity === 'ORDERS')).toMatchObject({ status: 'CANCELLED' });
  });
});

function everyEndpoint() {
  return ['stats', 'settings', 'paintings', 'users', 'orders', 'exhibitions', 'customRequests'];
}

const runId = '00000000-0000-7000-8000-000000000001';

/** The state after events that came so many seconds after the first. */
function after(...events: [seconds: number, event: ProgressEvent][]): SyncProgress | null {
  let state: SyncProgress | null = null;
  for (const [index, [seconds, event]] of events.entries()) {
    state = reduceProgress(state, { runId, sequence: index + 1, at: new Date(seconds * 1_000), event });
  }
  return state;
}

const requested: [number, ProgressEvent] = [
  0,
  { kind: 'RUN_REQUESTED', siteId: 1, entities: ['PAINTINGS', 'USERS', 'SETTINGS'] },
];
const began: [number, ProgressEvent] = [10, { kind: 'RUN_BEGAN' }];
const totals: [number, ProgressEvent] = [
  10,
  { kind: 'TOTALS_TOLD', expected: { PAINTINGS: 1_000, USERS: 500 } },
];
const paintings = { entity: 'PAINTINGS', expected: 1_000 } as const;
const beganPaintings: [number, ProgressEvent] = [
  10,
  { kind: 'ENTITY_BEGAN', ...paintings, counters: noCounters },
];
const page = (received: number): ProgressEvent => ({
  kind: 'PAGE_COMMITTED',
  entity: 'PAINTINGS',
  counters: counted({ received }),
});
const counted = (counters: Partial<Tally>): Tally => ({ ...noCounters, ...counters });

describe('rate and time left', () => {
  it('are not told before a row has come', () => {
    expect(after(requested)).toMatchObject({ rowsPerSecond: null, secondsLeft: null });
    expect(after(requested, began, totals, beganPaintings)).toMatchObject({
      rowsPerSecond: null,
      secondsLeft: null,
      entities: [
        { entity: 'PAINTINGS', expected: 1_000, rowsPerSecond: null, secondsLeft: null },
        { entity: 'USERS', expected: 500 },
        { entity: 'SETTINGS', expected: null },
      ],
    });
  });

  it('are told from the rows that came, for the entity and for all that is expected', () => {
    expect(after(requested, began, totals, beganPaintings, [12, page(200)])).toMatchObject({
      rowsPerSecond: 100,
      secondsLeft: 13, // 800 paintings and 500 users
      entities: [{ rowsPerSecond: 100, secondsLeft: 8 }, { secondsLeft: null }, {}],
    });
  });

  it('follow a site that grows slower: only the last seconds count', () => {
    const fast: [number, ProgressEvent][] = [
      [11, page(100)],
      [15, page(500)],
      [20, page(510)],
      [25, page(520)],
      [30, page(530)],
    ];
    expect(after(requested, began, totals, beganPaintings, ...fast)).toMatchObject({ rowsPerSecond: 2 });
  });

  it('are not told where the site does not say how many rows it holds', () => {
    const unknown: ProgressEvent = {
      kind: 'ENTITY_BEGAN',
      entity: 'PAINTINGS',
      expected: null,
      counters: noCounters,
    };
    expect(after(requested, began, [10, unknown], [12, page(200)])).toMatchObject({
      rowsPerSecond: 100,
      secondsLeft: null,
      entities: [{ rowsPerSecond: 100, secondsLeft: null }, {}, {}],
    });
  });

  it('are never negative where more rows come than expected', () => {
    expect(after(requested, began, beganPaintings, [12, page(1_200)])).toMatchObject({
      secondsLeft: 0,
      entities: [{ secondsLeft: 0 }, {}, {}],
    });
  });

  it('begin anew with an entity that is read again', () => {
    const again: [number, ProgressEvent][] = [
      [100, { kind: 'RUN_BEGAN' }],
      [100, { kind: 'ENTITY_BEGAN', ...paintings, counters: noCounters }],
      [101, page(50)],
    ];
    expect(after(requested, began, beganPaintings, [12, page(900)], ...again)).toMatchObject({
      rowsPerSecond: 50,
      startedAt: new Date(10_000),
    });
  });

  it('are those of the whole once it has ended', () => {
    const ended: [number, ProgressEvent][] = [
      [12, page(1_000)],
      [
        14,
        {
          kind: 'ENTITY_ENDED',
          entity: 'PAINTINGS',
          status: 'SUCCEEDED',
          errorCode: null,
          errorMessage: null,
        },
      ],
      [30, { kind: 'RUN_ENDED', status: 'CANCELLED', errorCode: 'CANCELLED', errorMessage: 'Called off.' }],
    ];
    expect(after(requested, began, beganPaintings, ...ended)).toMatchObject({
      rowsPerSecond: 50,
      secondsLeft: 0,
      entities: [
        { status: 'SUCCEEDED', rowsPerSecond: 250, secondsLeft: 0 },
        { status: 'CANCELLED', rowsPerSecond: null, secondsLeft: 0, endedAt: new Date(30_000) },
        { status: 'CANCELLED' },
      ],
    });
  });
});
