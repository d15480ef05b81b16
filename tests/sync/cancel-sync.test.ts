import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RunEndedError } from '../../src/sync/cancel-sync.ts';
import { RunNotFoundError } from '../../src/sync/follow-progress.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf } from './support/run-record.ts';

let gateway: TestGateway; // its jobs stay queued: each test says who works on what
beforeAll(async () => {
  gateway = await createTestGateway({ concurrency: 0, pageRows: 5 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const never = new AbortController().signal;

const recordOf = (runId: string) =>
  gateway.database.prisma.syncRun.findUniqueOrThrow({
    where: { id: runId },
    include: { entityRuns: { orderBy: { entity: 'asc' } } },
  });

/** Waits until the run reads this entity, and has rows of it where so many are asked for. */
async function untilReading(runId: string, wanted: string, rows = 0): Promise<void> {
  for await (const { entities } of gateway.follow(runId)) {
    const part = entities.find(({ entity }) => entity === wanted);
    if (part?.status === 'RUNNING' && part.received >= rows) return;
  }
}

/** From the wish to the end, by the clock of the database. */
async function msToEnd(runId: string): Promise<number> {
  const { cancelRequestedAt, endedAt } = await recordOf(runId);
  return Number(endedAt) - Number(cancelRequestedAt);
}

describe('calling a run off', () => {
  it('that waits ends it at once, with its entities; its job then does nothing', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);

    await gateway.cancel(runId);

    const run = await recordOf(runId);
    expect(run).toMatchObject({ status: 'CANCELLED', errorCode: 'CANCELLED', startedAt: null });
    expect(run.endedAt).not.toBeNull();
    expect(new Set(run.entityRuns.map(({ status }) => status))).toEqual(new Set(['CANCELLED']));
    await runSync(gateway.deps, runId, never);
    expect(site.requests).toEqual([]);
    expect(await recordOf(runId)).toEqual(run);
  });

  it.each([
    ['waits for headers', { kind: 'slow-headers', ms: 60_000 }],
    ['reads a slow body', { kind: 'slow-body', ms: 50, bytes: 1 }],
  ] as const)('that %s ends it within a second; what was written stays', async (_name, fault) => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('paintings', { ...fault, after: 3 });
    const { runId } = await gateway.request(siteId);
    const work = runSync(gateway.deps, runId, never);
    await untilReading(runId, 'PAINTINGS', 10);

    await gateway.cancel(runId);

    await work; // done, not failed: the queue must not try again
    const run = await recordOf(runId);
    expect(run).toMatchObject({ status: 'CANCELLED', errorCode: 'CANCELLED' });
    expect(await msToEnd(runId)).toBeLessThanOrEqual(1_000);
    expect(run.entityRuns.map(({ entity, status, received }) => [entity, status, received])).toEqual([
      ['SETTINGS', 'SUCCEEDED', expect.any(Number)],
      ['STATS', 'SUCCEEDED', 1],
      ['PAINTINGS', 'CANCELLED', 10],
      ['USERS', 'CANCELLED', 0],
      ['ORDERS', 'CANCELLED', 0],
      ['EXHIBITIONS', 'CANCELLED', 0],
      ['CUSTOM_REQUESTS', 'CANCELLED', 0],
    ]);
    const { prisma } = gateway.database;
    expect(await prisma.painting.count({ where: { siteId, deletedAt: null } })).toBe(10);
    expect(await prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({ status: 'NEW' });
    const messages = (await logOf(gateway.database, runId)).map(({ message }) => message);
    expect(messages).toContain('The run was called off.');
    expect(messages.at(-1)).toMatch(/^The run ended: CANCELLED\. /);
  });

  it('deletes nothing, and a sync after it is a new run that brings everything', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const first = await gateway.request(siteId);
    await runSync(gateway.deps, first.runId, never);
    site.rows.delete('paintings', 5);
    site.faults.set('users', { kind: 'slow-headers', ms: 60_000 });
    const second = await gateway.request(siteId);
    const work = runSync(gateway.deps, second.runId, never);
    await untilReading(second.runId, 'USERS');
    await gateway.cancel(second.runId);
    expect(await gateway.database.prisma.user.count({ where: { siteId, deletedAt: null } })).toBe(12);
    site.faults.clear();

    const third = await gateway.request(siteId); // at once: the answer to cancelSync came after the end
    await work;
    await runSync(gateway.deps, third.runId, never);

    expect(third.joined).toBe(false);
    expect(await recordOf(third.runId)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('twice, and ten times at once, is the same as once', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('paintings', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await gateway.request(siteId);
    const work = runSync(gateway.deps, runId, never);
    await untilReading(runId, 'PAINTINGS');

    await Promise.all(Array.from({ length: 10 }, () => gateway.cancel(runId)));
    await work;
    const once = await recordOf(runId);
    await gateway.cancel(runId);

    expect(once.status).toBe('CANCELLED');
    expect(await recordOf(runId)).toEqual(once);
    const log = await logOf(gateway.database, runId);
    expect(log.filter(({ message }) => message === 'The run was called off.')).toHaveLength(1);
  });

  it('that has ended, or does not exist, says so', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId, ['STATS']);
    await runSync(gateway.deps, runId, never);

    await expect(gateway.cancel(runId)).rejects.toThrow(RunEndedError);
    await expect(gateway.cancel(randomUUID())).rejects.toThrow(RunNotFoundError);
    expect(await recordOf(runId)).toMatchObject({ status: 'SUCCEEDED', cancelRequestedAt: null });
  });

  it('just when it ends either comes too late and says so, or holds', async () => {
    const { siteId } = await gateway.addDemoSite();
    const outcomes = new Set<string>();
    for (let round = 0; round < 40; round++) {
      const { runId } = await gateway.request(siteId, ['STATS', 'SETTINGS']);
      const work = runSync(gateway.deps, runId, never);
      const began = performance.now();
      while (performance.now() - began < round % 40) await new Promise(setImmediate);
      const said = await gateway.cancel(runId).then(
        () => 'CANCELLED',
        (error: unknown) => (error instanceof RunEndedError ? 'SUCCEEDED' : Promise.reject(error)),
      );
      await work;
      const run = await recordOf(runId);
      expect(run.status).toBe(said);
      expect(run.endedAt).not.toBeNull();
      expect(run.entityRuns.filter(({ endedAt }) => endedAt === null)).toEqual([]);
      outcomes.add(said);
    }
    expect(outcomes).toContain('CANCELLED');
  });

  it('whose worker was killed meanwhile ends it when the next takes it up', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('paintings', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await gateway.request(siteId);
    const killed = new AbortController();
    const work = runSync(gateway.deps, runId, killed.signal);
    await untilReading(runId, 'PAINTINGS');
    killed.abort(new Error('killed'));
    await expect(work).rejects.toThrow('killed');
    await gateway.cancel(runId); // answers, though nobody is there to end it
    expect(await recordOf(runId)).toMatchObject({ status: 'RUNNING', cancelRequestedAt: expect.any(Date) });
    site.forgetRequests();

    await runSync(gateway.deps, runId, never);

    expect(await recordOf(runId)).toMatchObject({ status: 'CANCELLED', errorCode: 'CANCELLED' });
    expect(site.requests).toEqual([]);
  });

  it('whose job was lost ends it at once', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    await gateway.database.prisma.syncRun.update({ where: { id: runId }, data: { status: 'RUNNING' } });
    await gateway.database.pool.query(`UPDATE pgboss.job SET state = 'failed' WHERE data->>'runId' = $1`, [
      runId,
    ]);

    await gateway.cancel(runId);

    expect(await recordOf(runId)).toMatchObject({ status: 'CANCELLED' });
  });

  it('reaches its worker after the connection for events was lost', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('paintings', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await gateway.request(siteId);
    const work = runSync(gateway.deps, runId, never);
    await untilReading(runId, 'PAINTINGS');
    await gateway.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'cimaise-events' AND datname = current_database()`,
    );

    await gateway.cancel(runId); // while nobody listens

    await work;
    expect(await recordOf(runId)).toMatchObject({ status: 'CANCELLED' });
  });
});
