import { describe, expect, it } from 'vitest';

import { createTestGateway } from '../support/gateway.ts';

describe('a sync run', () => {
  it.each(['v1', 'v2'] as const)('mirrors every list of a %s site', async (generation) => {
    await using gateway = await createTestGateway({ pageRows: 10 });
    const { siteId, site } = await gateway.addDemoSite({ generation });

    const progress = await gateway.sync(siteId);

    expect(progress).toMatchObject({ status: 'SUCCEEDED', errorCode: null });
    const { prisma } = gateway.database;
    expect(await prisma.painting.count()).toBe(site.rows.count('paintings'));
    expect(await prisma.user.count()).toBe(site.rows.count('users'));
    expect(await prisma.order.count()).toBe(site.rows.count('orders'));
    expect(await prisma.exhibition.count()).toBe(site.rows.count('exhibitions'));
    expect(await prisma.customRequest.count()).toBe(site.rows.count('customRequests'));
    expect(await prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({
      status: 'HEALTHY',
      generation: generation.toUpperCase(),
    });
  });
});
