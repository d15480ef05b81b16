import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;

describe('the record of runs', () => {
  it('is forgotten after its time, but for the newest run of each site', async () => {
    const { prisma } = gateway.database;
    const { siteId } = await gateway.addDemoSite();
    const { siteId: idleId } = await gateway.addDemoSite();
    const idle = await gateway.sync(idleId);
    const old = await gateway.sync(siteId);
    const recent = await gateway.sync(siteId);
    const longAgo = new Date(Date.now() - 401 * DAY_MS);
    const almost = new Date(Date.now() - 399 * DAY_MS);
    await prisma.syncRun.updateMany({
      where: { id: { in: [idle.runId, old.runId] } },
      data: { endedAt: longAgo },
    });
    await prisma.syncRun.update({ where: { id: recent.runId }, data: { endedAt: almost } });

    const last = await gateway.sync(siteId);

    await expect.poll(() => prisma.syncRun.count({ where: { id: old.runId } })).toBe(0);
    const kept = await prisma.syncRun.findMany({ select: { id: true } });
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([idle.runId, recent.runId, last.runId]));
    expect(await prisma.syncEvent.count({ where: { runId: old.runId } })).toBe(0);
    expect(await prisma.syncScan.count({ where: { runId: old.runId } })).toBe(0);
    expect(await prisma.painting.count({ where: { siteId, deletedAt: null } })).toBe(24);
  });
});
