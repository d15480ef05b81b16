import { randomUUID } from 'node:crypto';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { Database } from '../../src/db/client.ts';
import { syncSiteJob } from '../../src/queue/definitions.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { createTestDatabase } from '../support/database.ts';

const logger = pino({ level: 'silent' });
let database: Database;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const enqueue = (queue: Awaited<ReturnType<typeof openQueue>>, runId: string) =>
  database.prisma.$transaction((transaction) => queue.enqueue(transaction, syncSiteJob, { runId }));

describe('the queue', () => {
  it('gives a job to a worker, once', async () => {
    await using queue = await openQueue(database.url, logger);
    const runIds = Array.from({ length: 5 }, () => randomUUID());
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const worked: string[] = [];
    await queue.work(syncSiteJob, 2, async ({ runId }) => {
      if (worked.push(runId) === runIds.length) resolve();
    });

    await Promise.all(runIds.map((runId) => enqueue(queue, runId)));
    await done;

    expect(worked.toSorted()).toEqual(runIds.toSorted());
  });

  it('gives a worker that has ended a job the next at once', async () => {
    await using queue = await openQueue(database.url, logger);
    const runIds = Array.from({ length: 40 }, () => randomUUID());
    const { promise: done, resolve } = Promise.withResolvers<void>();
    let worked = 0;
    await Promise.all(runIds.map((runId) => enqueue(queue, runId)));
    const began = performance.now();

    await queue.work(syncSiteJob, 2, async () => {
      if (++worked === runIds.length) resolve();
    });
    await done;

    expect(performance.now() - began).toBeLessThan(10_000); // 40 s, were each pair of jobs waited for
  });

  it('holds a job if, and only if, the transaction that queued it commits', async () => {
    await using queue = await openQueue(database.url, logger);
    const [kept, undone] = [randomUUID(), randomUUID()];

    await enqueue(queue, kept);
    const failing = database.prisma.$transaction(async (transaction) => {
      await queue.enqueue(transaction, syncSiteJob, { runId: undone });
      throw new Error('the transaction failed');
    });

    await expect(failing).rejects.toThrow('the transaction failed');
    expect(await queue.holds(syncSiteJob, { runId: kept })).toBe(true);
    expect(await queue.holds(syncSiteJob, { runId: undone })).toBe(false);
    await database.pool.query('DELETE FROM pgboss.job');
  });

  it('refuses a payload that is none', async () => {
    await using queue = await openQueue(database.url, logger);

    await expect(enqueue(queue, 'no run')).rejects.toThrow(z.ZodError);
  });

  it('tells a job to stop when it is closed, and another queue takes it up', async () => {
    const runId = randomUUID();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    const queue = await openQueue(database.url, logger);
    await queue.work(syncSiteJob, 1, async (_, signal) => {
      begin();
      await new Promise<void>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    });
    await enqueue(queue, runId);
    await begun;
    expect(await queue.holds(syncSiteJob, { runId })).toBe(true);

    await queue[Symbol.asyncDispose]();
    await using next = await openQueue(database.url, logger);
    expect(await next.holds(syncSiteJob, { runId })).toBe(true);
    await next.work(syncSiteJob, 1, async (payload) => {
      if (payload.runId === runId) stop();
    });

    await stopped;
  });
});
