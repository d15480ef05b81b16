import { pino } from 'pino';
import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openEventBus } from '../../src/events/bus.ts';
import { EventNotFoundError, RunNotFoundError, openProgressFeed } from '../../src/sync/follow-progress.ts';
import { publishEvent } from '../../src/sync/publish-event.ts';
import type { SyncProgress } from '../../src/sync/reduce-progress.ts';
import { transaction } from '../../src/db/client.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { storedProgress } from './support/run-record.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ concurrency: 0, pageRows: 5 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const never = new AbortController().signal;
const work = (runId: string) => runSync(gateway.deps, runId, never);

async function collect(states: AsyncIterable<SyncProgress>): Promise<SyncProgress[]> {
  const all: SyncProgress[] = [];
  for await (const state of states) all.push(state);
  return all;
}

function expectGrowing(states: readonly SyncProgress[]): void {
  const sequences = states.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((left, right) => left - right));
}

/** Another process that follows runs of the same database. */
async function openAnotherFeed() {
  const stack = new AsyncDisposableStack();
  const logger = pino({ level: 'silent' });
  const { database } = gateway;
  const events = stack.use(await openEventBus(database.url, logger));
  const feed = stack.use(openProgressFeed({ database, events, logger }));
  return { feed, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('following a run', () => {
  it('tells its state, every change in order, its end, and completes', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    const following = collect(gateway.follow(runId));

    await work(runId);

    const states = await following;
    expect(states[0]).toMatchObject({ runId, siteId, status: 'QUEUED' });
    expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED', endedAt: expect.any(Date) });
    expectGrowing(states);
    const received = states.map(
      ({ entities }) => entities.find(({ entity }) => entity === 'PAINTINGS')?.received ?? 0,
    );
    expect(received).toEqual(received.toSorted((left, right) => left - right));
    expect(new Set(received).size).toBeGreaterThan(3); // page after page
    expect(states.at(-1)).toMatchObject(await storedProgress(gateway.database, runId));
  });

  it('late gives the state as it is first, then what comes', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('orders', { kind: 'slow-headers', ms: 400 });
    const { runId } = await gateway.request(siteId);
    const working = work(runId);
    for await (const { entities } of gateway.follow(runId)) {
      if (entities.some(({ entity, status }) => entity === 'ORDERS' && status === 'RUNNING')) break;
    }

    const states = await collect(gateway.follow(runId));

    await working;
    expect(states[0]).toMatchObject({ status: 'RUNNING' });
    expect(states[0]?.entities.find(({ entity }) => entity === 'PAINTINGS')).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED' });
    expectGrowing(states);
  });

  it('that has ended gives its end, once', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);
    await work(runId);

    const states = await collect(gateway.follow(runId));

    expect(states).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  it('reaches another process over a bus of its own', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    await using another = await openAnotherFeed();
    const here = collect(gateway.follow(runId));
    const there = collect(another.feed.followRun(runId, never));

    await work(runId);

    const [mine, theirs] = await Promise.all([here, there]);
    expect(theirs.length).toBeGreaterThan(10);
    expect(theirs.at(-1)).toEqual(mine.at(-1));
    expectGrowing(theirs);
  });

  it('reads an event that is too large to be notified', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['USERS']);
    const states = gateway.follow(runId);
    await states.next();

    await transaction(gateway.database.pool, (client) =>
      publishEvent(client, runId, {
        kind: 'ENTITY_ENDED',
        entity: 'USERS',
        status: 'FAILED',
        errorCode: 'LONG',
        errorMessage: 'é'.repeat(5_000),
      }),
    );

    const { value } = await states.next();
    expect(value?.entities[0]?.errorMessage).toHaveLength(5_000);
    await states.return();
  });

  it('passes over news of what it has told already, and reads what it was not told', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);
    const states = gateway.follow(runId);
    const { value: first } = await states.next();
    const { pool, prisma } = gateway.database;
    const known = await prisma.syncEvent.findFirstOrThrow({ where: { runId } });
    const later = { runId, at: new Date().toISOString(), event: { kind: 'RUN_BEGAN' } };
    await pool.query(`SELECT pg_notify('cimaise', $1)`, [
      JSON.stringify({ topic: 'syncProgress', id: runId, data: known }),
    ]);
    // Stored, but its notification was lost; the one after it arrives.
    await prisma.syncEvent.create({ data: { ...later, sequence: 2 } });
    await prisma.syncEvent.create({ data: { ...later, sequence: 3 } });
    await pool.query(`SELECT pg_notify('cimaise', $1)`, [
      JSON.stringify({ topic: 'syncProgress', id: runId, data: { ...later, sequence: 3 } }),
    ]);

    const rest = [(await states.next()).value, (await states.next()).value];

    expect(first).toMatchObject({ sequence: 1 });
    expect(rest).toMatchObject([{ sequence: 2, status: 'RUNNING' }, { sequence: 3 }]);
    await states.return();
  });

  it('goes back with a database that lost its last moments in a crash', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);
    const { pool, prisma } = gateway.database;
    await transaction(pool, (client) => publishEvent(client, runId, { kind: 'RUN_BEGAN' }));
    const states = gateway.follow(runId);
    expect((await states.next()).value).toMatchObject({ sequence: 2, status: 'RUNNING' });
    const next = states.next();

    await prisma.syncEvent.delete({ where: { runId_sequence: { runId, sequence: 2 } } });
    await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'cimaise-events'`,
    );

    expect((await next).value).toMatchObject({ sequence: 1, status: 'QUEUED' });
    await states.return();
  });

  it('ends when the follower leaves', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    const leave = new AbortController();
    const states = gateway.follow(runId, leave.signal);
    expect((await states.next()).value).toMatchObject({ status: 'QUEUED' });
    const waiting = states.next();

    leave.abort();

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await states.next()).toEqual({ done: true, value: undefined });
  });

  it('that does not exist says so', async () => {
    const states = gateway.follow(randomUUID());

    await expect(states.next()).rejects.toThrow(RunNotFoundError);
  });

  it('ends when its site is removed meanwhile', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    const states = gateway.follow(runId);
    await states.next();
    const waiting = states.next();

    await gateway.database.prisma.site.delete({ where: { id: siteId } });
    await gateway.database.pool.query(`SELECT pg_notify('cimaise', $1)`, [
      JSON.stringify({ topic: 'syncProgress', id: runId }),
    ]);

    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe('following a run after a sequence', () => {
  it('tells the state after each event since, then follows', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    const live = collect(gateway.follow(runId));
    await work(runId);
    const newest = (await live).at(-1)?.sequence ?? 0;

    const all = await collect(gateway.follow(runId, never, 0));
    const some = await collect(gateway.follow(runId, never, newest - 3));
    const none = await collect(gateway.follow(runId, never, newest));

    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: newest }, (_, n) => n + 1));
    expect(all.at(-1)).toEqual((await live).at(-1));
    expect(some).toEqual(all.slice(-3));
    expect(none).toEqual(all.slice(-1)); // whoever comes back sees the end
  });

  it('under way goes on with what comes', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);
    const following = collect(gateway.follow(runId, never, 0));

    await work(runId);

    const states = await following;
    expect(states[0]).toMatchObject({ sequence: 1, status: 'QUEUED' });
    expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED', sequence: states.length });
    expectGrowing(states);
  });

  it.each([-1, 2, 2_147_483_647])('that does not exist (%i) says so', async (after) => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);

    await expect(gateway.follow(runId, never, after).next()).rejects.toThrow(EventNotFoundError);
  });
});

describe('following all runs', () => {
  it('tells the runs under way, then every run that is asked for, each to its end', async () => {
    const [one, two] = await Promise.all([gateway.addDemoSite(), gateway.addDemoSite()]);
    const first = await gateway.request(one.siteId, ['STATS']);
    await using another = await openAnotherFeed();
    const leave = new AbortController();
    const all = another.feed.followAll(leave.signal);
    const seen: SyncProgress[] = [];
    const readUntil = async (isLast: (state: SyncProgress) => boolean) => {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop
        const { value, done } = await all.next();
        if (done === true) throw new Error('it ended');
        seen.push(value);
        if (isLast(value)) return;
      }
    };
    await readUntil(({ runId }) => runId === first.runId);
    expect(seen.at(-1)).toMatchObject({ runId: first.runId, siteId: one.siteId, status: 'QUEUED' });

    const second = await gateway.request(two.siteId, ['STATS']);
    await Promise.all([work(first.runId), work(second.runId)]);
    const ended = new Set<string>();
    await readUntil(({ runId, status }) => {
      if (status === 'SUCCEEDED') ended.add(runId);
      return ended.has(first.runId) && ended.has(second.runId);
    });

    expectGrowing(seen.filter(({ runId }) => runId === first.runId));
    const waiting = all.next();
    leave.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
