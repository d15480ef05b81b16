import type { Database } from '../../../src/db/client.ts';
import type { Prisma } from '../../../src/db/generated/prisma/client.ts';

const observedAt = new Date('2026-11-20T08:00:00.123Z');

/** Rows as a sync would leave them; every value can be given. */
export function rowsOf({ prisma }: Database) {
  let sites = 0;
  return {
    async site(values: Partial<Prisma.SiteUncheckedCreateInput> = {}): Promise<number> {
      sites += 1;
      const url = `https://gallery-${sites}.example`;
      const data = { name: `Gallery ${sites}`, url, sealedKey: 'v1.sealed', ...values };
      return (await prisma.site.create({ data })).id;
    },
    async paintings(siteId: number, count: number, values: Partial<Prisma.PaintingCreateManyInput> = {}) {
      const data = numbers(count).map((sourceId) => ({
        siteId,
        sourceId,
        name: `Painting ${sourceId}`,
        price: '1500',
        quantity: 1,
        displayOrder: 0,
        status: 'AVAILABLE' as const,
        observedAt,
        ...values,
      }));
      await prisma.painting.createMany({ data });
    },
    async users(siteId: number, count: number, values: Partial<Prisma.UserCreateManyInput> = {}) {
      const data = numbers(count).map((sourceId) => ({
        siteId,
        sourceId,
        name: `User ${sourceId}`,
        observedAt,
        ...values,
      }));
      await prisma.user.createMany({ data });
    },
    /** Orders one minute apart, the last one the newest. */
    async orders(siteId: number, count: number, values: Partial<Prisma.OrderCreateManyInput> = {}) {
      const data = numbers(count).map((sourceId) => ({
        siteId,
        sourceId,
        customerName: `Customer ${sourceId}`,
        totalPrice: '89.9',
        itemsDigest: '',
        status: 'CONFIRMED' as const,
        orderedAt: new Date(Date.UTC(2026, 0, 1, 0, Number(sourceId))),
        observedAt,
        ...values,
      }));
      await prisma.order.createMany({ data });
    },
    async items(siteId: number, orderSourceId: number, paintingSourceIds: (number | null)[]) {
      const data = paintingSourceIds.map((paintingSourceId, position) => ({
        siteId,
        orderSourceId,
        position,
        paintingSourceId,
        price: '44.95',
        quantity: 1,
      }));
      await prisma.orderItem.createMany({ data });
    },
    async exhibitions(siteId: number, count: number) {
      const data = numbers(count).map((sourceId) => ({
        siteId,
        sourceId,
        title: `Exhibition ${sourceId}`,
        date: new Date('2026-12-24'),
        observedAt,
      }));
      await prisma.exhibition.createMany({ data });
    },
    async customRequests(siteId: number, count: number) {
      const data = numbers(count).map((sourceId) => ({
        siteId,
        sourceId,
        clientName: `Client ${sourceId}`,
        status: 'PENDING' as const,
        observedAt,
      }));
      await prisma.customRequest.createMany({ data });
    },
    async setting(siteId: number, key: string, values: Partial<Prisma.SiteSettingUncheckedCreateInput> = {}) {
      const data = { siteId, key, value: 'a value', secret: false, isSet: true, observedAt, ...values };
      await prisma.siteSetting.create({ data });
    },
    async run(siteId: number, values: Partial<Prisma.SyncRunUncheckedCreateInput> = {}): Promise<string> {
      const entities = values.entities ?? ['PAINTINGS', 'ORDERS'];
      const data = {
        siteId,
        status: 'SUCCEEDED' as const,
        startedAt: observedAt,
        endedAt: observedAt,
        entities,
        entityRuns: { create: [{ entity: 'PAINTINGS' as const, expected: 4, received: 3 }] },
        log: { create: [{ level: 'INFO' as const, message: 'It began.' }] },
        ...values,
      };
      return (await prisma.syncRun.create({ data })).id;
    },
    async issue(
      siteId: number,
      firstRunId: string,
      values: Partial<Prisma.SyncIssueUncheckedCreateInput> = {},
    ) {
      const data = {
        siteId,
        firstRunId,
        entity: 'PAINTINGS' as const,
        record: '7',
        path: 'price',
        code: 'NOT_A_PRICE',
        severity: 'ERROR' as const,
        message: 'Expected a price, got text.',
        value: 'abc',
        ...values,
      };
      return (await prisma.syncIssue.create({ data })).id;
    },
    async drift(
      siteId: number,
      firstRunId: string,
      values: Partial<Prisma.SiteDriftUncheckedCreateInput> = {},
    ) {
      const data = {
        siteId,
        firstRunId,
        entity: 'PAINTINGS' as const,
        kind: 'TYPE_CHANGED' as const,
        path: 'price',
        expected: 'number',
        found: 'text',
        ...values,
      };
      return (await prisma.siteDrift.create({ data })).id;
    },
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => BigInt(index + 1));
