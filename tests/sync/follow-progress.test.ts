import { pino } from 'pino';
import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openEventBus } from '../../src/events/bus.ts';
import { RunNotFoundError, followProgress } from '../../src/sync/follow-progress.ts';
import { readProgress, type SyncProgress } from '../../src/sync/progress.ts';
import { runSync } from '../../src/sync/run-sync.ts';
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
  const versions = states.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].toSorted((left, right) => left - right));
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
    expect(states.at(-1)).toEqual(await readProgress(gateway.database.pool, runId));
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
    await using events = await openEventBus(gateway.database.url, pino({ level: 'silent' }));
    const here = collect(gateway.follow(runId));
    const there = collect(followProgress({ database: gateway.database, events }, runId, never));

    await work(runId);

    const [mine, theirs] = await Promise.all([here, there]);
    expect(theirs.length).toBeGreaterThan(10);
    expect(theirs.at(-1)).toEqual(mine.at(-1));
    expectGrowing(theirs);
  });

  it('reads the database for a state too large to be notified', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS', 'USERS']);
    await gateway.database.prisma.syncEntityRun.update({
      where: { runId_entity: { runId, entity: 'USERS' } },
      data: { errorMessage: 'é'.repeat(5_000) },
    });
    const following = collect(gateway.follow(runId));

    await work(runId);

    const states = await following;
    expect(
      states.some(({ entities }) => entities.some(({ errorMessage }) => errorMessage?.length === 5_000)),
    ).toBe(true);
    expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED' });
    expectGrowing(states);
  });

  it('passes over news of what it has told already', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);
    const following = gateway.follow(runId);
    const { value: first } = await following.next();
    // As when a change is committed between subscribing and reading.
    await gateway.database.pool.query(`SELECT pg_notify('cimaise', $1)`, [
      JSON.stringify({ topic: 'syncProgress', id: runId, data: first }),
    ]);

    const [rest] = await Promise.all([collect(following), work(runId)]);

    expect(first).toMatchObject({ version: 0 });
    expect(rest[0]?.version).toBeGreaterThan(0);
    expectGrowing(rest);
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
