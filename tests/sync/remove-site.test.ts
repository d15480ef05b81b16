import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SiteNotFoundError } from '../../src/registry/open-site.ts';
import type { SyncProgress } from '../../src/sync/reduce-progress.ts';
import { SiteBusyError } from '../../src/sync/remove-site.ts';
import { runSync } from '../../src/sync/run-sync.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { mirrorOf } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ concurrency: 0, pageRows: 5 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const never = new AbortController().signal;

async function collect(states: AsyncIterable<SyncProgress>): Promise<SyncProgress[]> {
  const all: SyncProgress[] = [];
  for await (const state of states) all.push(state);
  return all;
}

async function expectGone(siteId: number): Promise<void> {
  const { prisma } = gateway.database;
  expect(await prisma.site.count({ where: { id: siteId } })).toBe(0);
  expect(await prisma.syncRun.count({ where: { siteId } })).toBe(0);
  const rows = Object.values(await mirrorOf(gateway.database, siteId)).flatMap((table) => Object.keys(table));
  expect(rows).toEqual([]);
}

describe('removing a site', () => {
  it('that is idle removes its mirror and its runs, and it can be added again', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    await runSync(gateway.deps, runId, never);

    expect(await gateway.remove(siteId)).toEqual({ name: 'A gallery', url: site.url });

    await expectGone(siteId);
    expect(await gateway.addSite(site.url)).toBeGreaterThan(siteId);
  });

  it('ends its queued run with the reason, and those who follow it see that', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    const states = gateway.follow(runId);
    await states.next();
    const following = collect(states);

    await gateway.remove(siteId);

    expect((await following).at(-1)).toMatchObject({ status: 'CANCELLED', errorCode: 'SITE_REMOVED' });
    await expectGone(siteId);
    await runSync(gateway.deps, runId, never); // its job comes later
    expect(site.requests).toEqual([]);
  });

  it('ends its running run first, and those who follow it see that', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await gateway.request(siteId);
    const following = collect(gateway.follow(runId));
    const work = runSync(gateway.deps, runId, never);
    for await (const { entities } of gateway.follow(runId)) {
      if (entities.some(({ entity, status }) => entity === 'USERS' && status === 'RUNNING')) break;
    }

    await gateway.remove(siteId);

    await work;
    expect((await following).at(-1)).toMatchObject({ status: 'CANCELLED', errorCode: 'CANCELLED' });
    await expectGone(siteId);
  });

  it('whose run does not end in time says so, and keeps the site', async () => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    // As a killed worker leaves it.
    await gateway.database.prisma.syncRun.update({ where: { id: runId }, data: { status: 'RUNNING' } });

    await expect(gateway.remove(siteId)).rejects.toThrow(SiteBusyError);

    await runSync(gateway.deps, runId, never);
    expect(await gateway.database.prisma.syncRun.findUnique({ where: { id: runId } })).toMatchObject({
      status: 'CANCELLED',
    });
    await gateway.remove(siteId);
    await expectGone(siteId);
  });

  it('while syncs are asked for leaves no run behind', async () => {
    const { siteId } = await gateway.addDemoSite();
    const asking = Array.from({ length: 20 }, () =>
      gateway.request(siteId).catch((error: unknown) => {
        if (!(error instanceof SiteNotFoundError)) throw error;
      }),
    );

    await Promise.all([gateway.remove(siteId), ...asking]);

    expect(await gateway.database.prisma.syncRun.count({ where: { siteId } })).toBe(0);
    await expectGone(siteId);
  });

  it('that is not there, or is being removed by someone else, says so', async () => {
    const { siteId } = await gateway.addDemoSite();

    const answers = await Promise.allSettled([gateway.remove(siteId), gateway.remove(siteId)]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(gateway.remove(siteId)).rejects.toThrow(SiteNotFoundError);
  });
});
