import { pino } from 'pino';
import { expect, it, vi } from 'vitest';

import { openQueue } from '../../src/queue/queue.ts';
import { LeaseLostError } from '../../src/sync/lease.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { syncSiteJob } from '../../src/queue/definitions.ts';
import { createTestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { logOf, mirrorOf } from './support/run-record.ts';

it.each([
  ['an answer', { kind: 'slow-headers', ms: 2_000, times: 1 }],
  ['a failure', { kind: 'down-socket', times: 1 }],
] as const)(
  'a worker that wakes up with %s after its run was taken over writes nothing of it',
  async (_, last) => {
    await using gateway = await createTestGateway({ concurrency: 0, pageRows: 10, retries: { retries: 0 } });
    const { siteId, site } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    // The first worker is held at its second page.
    site.faults.set('paintings', { ...last, after: 2 });
    if (last.kind === 'down-socket') {
      site.faults.set('paintings', [
        { kind: 'slow-headers', ms: 2_000, times: 1, after: 2 },
        { ...last, after: 2 },
      ]);
    }
    const stalled = runSync(gateway.deps, runId, new AbortController().signal);
    const outcome = stalled.catch((error: unknown) => error);
    await vi.waitFor(() => expect(site.requests.length).toBeGreaterThanOrEqual(4));

    await runSync(gateway.deps, runId, new AbortController().signal);
    const record = async () => ({
      mirror: await mirrorOf(gateway.database, siteId),
      run: await gateway.database.prisma.syncRun.findUnique({
        where: { id: runId },
        include: { entityRuns: true },
      }),
      scans: await gateway.database.prisma.syncScan.findMany({ where: { runId } }),
      log: await logOf(gateway.database, runId),
    });
    const whole = await record();
    expect(await outcome).toBeInstanceOf(LeaseLostError);

    expect(whole.run).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
    expect(await record()).toEqual(whole);
  },
);

it('a job that was given to another worker is neither ended nor begun again by the one that had it', async () => {
  await using database = await createTestDatabase();
  const logger = pino({ level: 'silent' });
  await using queue = await openQueue(database.url, logger);
  const runId = crypto.randomUUID();
  const turns: { end: () => void; fail: (error: Error) => void }[] = [];
  await queue.work(syncSiteJob, 2, () => {
    return new Promise<void>((end, fail) => turns.push({ end, fail }));
  });
  const job = async () =>
    (
      await database.pool.query<{ state: string; count: number }>(
        'SELECT state, retry_count AS count FROM pgboss.job',
      )
    ).rows;
  const giveAway = async (turn: number) => {
    await database.pool.query(`UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 hour'`);
    await database.pool.query('UPDATE pgboss.queue SET monitor_claim_on = NULL, monitor_on = NULL');
    await vi.waitFor(() => expect(turns).toHaveLength(turn), { timeout: 15_000 });
  };
  await database.prisma.$transaction((transaction) => queue.enqueue(transaction, syncSiteJob, { runId }));
  await vi.waitFor(() => expect(turns).toHaveLength(1), { timeout: 5_000 });
  await giveAway(2);

  turns[0]?.end();
  await giveAway(3); // by the worker that came free: the job is still under way
  turns[1]?.fail(new Error('the lease was lost'));
  // The worker that failed has told the queue so once it is free for another job.
  await database.prisma.$transaction((transaction) =>
    queue.enqueue(transaction, syncSiteJob, { runId: crypto.randomUUID() }),
  );
  await vi.waitFor(() => expect(turns).toHaveLength(4), { timeout: 15_000 });

  expect(await job()).toContainEqual({ state: 'active', count: 2 });
  turns[2]?.end();
  turns[3]?.end();
  await vi.waitFor(async () =>
    expect((await job()).map(({ state }) => state)).toEqual(['completed', 'completed']),
  );
}, 60_000);
