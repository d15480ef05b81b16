import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Entity } from '../../src/db/generated/prisma/enums.ts';
import { SiteNotFoundError } from '../../src/registry/open-site.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ concurrency: 0 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const jobsOf = async (runId: string) => {
  const { rows } = await gateway.database.pool.query<{ state: string }>(
    `SELECT state::text FROM pgboss.job WHERE name = 'sync-site' AND data->>'runId' = $1 ORDER BY created_on`,
    [runId],
  );
  return rows.map(({ state }) => state);
};

describe('asking for a sync', () => {
  it('makes the run, its entities and its job at once', async () => {
    const { siteId } = await gateway.addDemoSite();

    const { runId, joined } = await gateway.request(siteId);

    expect(joined).toBe(false);
    const run = await gateway.database.prisma.syncRun.findUniqueOrThrow({
      where: { id: runId },
      include: { entityRuns: true },
    });
    expect(run).toMatchObject({ status: 'QUEUED', siteId, startedAt: null, endedAt: null });
    expect(run.entityRuns.map(({ entity, status }) => [entity, status])).toEqual(
      run.entities.map((entity) => [entity, 'PENDING']),
    );
    expect(await jobsOf(runId)).toEqual(['created']);
  });

  it('ten times at once makes one run', async () => {
    const { siteId } = await gateway.addDemoSite();

    const answers = await Promise.all(Array.from({ length: 10 }, () => gateway.request(siteId)));

    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
    expect(answers.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(await gateway.database.prisma.syncRun.count({ where: { siteId } })).toBe(1);
    expect(await jobsOf(answers[0]?.runId ?? '')).toEqual(['created']);
  });

  it('of an entity named twice asks for it once', async () => {
    const { siteId } = await gateway.addDemoSite();

    const { runId } = await gateway.request(siteId, ['USERS', 'USERS']);

    expect(await gateway.database.prisma.syncRun.findUnique({ where: { id: runId } })).toMatchObject({
      entities: ['USERS'],
    });
  });

  it('joins the run under way, which then brings that too, in one run', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'slow-headers', ms: 1_000, times: 1 });
    const first = await gateway.request(siteId, ['USERS']);
    const work = runSync(gateway.deps, first.runId, new AbortController().signal);
    await expect.poll(() => site.requests.length).toBe(1);

    const second = await gateway.request(siteId);
    await work;

    expect(second).toEqual({ runId: first.runId, joined: true });
    const run = await gateway.database.prisma.syncRun.findUniqueOrThrow({
      where: { id: first.runId },
      include: { entityRuns: true },
    });
    expect(run.status).toBe('SUCCEEDED');
    expect(run.entities).toEqual(Object.values(Entity));
    expect(run.entityRuns.map(({ status }) => status)).toEqual(run.entities.map(() => 'SUCCEEDED'));
    const [last] = await Array.fromAsync(gateway.follow(first.runId));
    expect(last?.entities.map(({ entity, status }) => [entity, status])).toEqual(
      run.entities.map((entity) => [entity, 'SUCCEEDED']),
    );
    expect(await gateway.database.prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({
      status: 'HEALTHY',
    });
  });

  it('of a site that is not there says so', async () => {
    await expect(gateway.request(999_999)).rejects.toThrow(SiteNotFoundError);
  });

  it('after a run has ended makes another', async () => {
    const { siteId } = await gateway.addDemoSite();
    const first = await gateway.request(siteId);
    await gateway.database.prisma.syncRun.update({
      where: { id: first.runId },
      data: { status: 'FAILED', endedAt: new Date() },
    });

    const second = await gateway.request(siteId);

    expect(second).toMatchObject({ joined: false });
    expect(second.runId > first.runId).toBe(true); // ids sort by time
  });

  it('of a site whose run lost its job queues that run again, once', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    await gateway.database.prisma.syncRun.update({ where: { id: runId }, data: { status: 'RUNNING' } });
    await gateway.database.pool.query(`UPDATE pgboss.job SET state = 'failed' WHERE data->>'runId' = $1`, [
      runId,
    ]);

    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.request(siteId)));

    expect(answers).toEqual(answers.map(() => ({ runId, joined: true })));
    expect((await jobsOf(runId)).toSorted()).toEqual(['created', 'failed']);
    expect((await logOf(gateway.database, runId)).at(-1)).toMatchObject({
      level: 'WARNING',
      message: 'The work on this run was lost; it was queued again.',
    });
  });
});
