import type { Database } from '../../../src/db/client.ts';
import type { OrderStatus } from '../../../src/db/generated/prisma/enums.ts';
import { seededRandom } from '../../template/support/random.ts';
import type { Model, ModelOrder, ModelSite } from './naive-sales.ts';

const observedAt = new Date('2026-11-20T08:00:00.123Z');
const QUARTER_MS = 900_000;

const statuses: readonly OrderStatus[] = [
  'IN_PROGRESS',
  'CONFIRMED',
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'DELIVERED',
  'CANCELLED',
  'UNKNOWN',
];

/** Orders at every quarter of the days, many of them near midnight: some gone, without a price or an address. */
export function generateSales(
  sites: ModelSite[],
  { seed, ordersPerSite, from, days }: { seed: number; ordersPerSite: number; from: string; days: number },
): Model {
  const random = seededRandom(seed);
  const whole = (limit: number) => Math.floor(random() * limit);
  const price = () => (whole(12) === 0 ? '0' : `${whole(2_000)}.${String(whole(10_000)).padStart(4, '0')}`);
  const email = () => {
    const name = `customer-${whole(12)}@example.org`;
    return [null, ' ', name, name, name.toUpperCase(), ` ${name}`, `${name}\r\n`][whole(7)] ?? null;
  };
  const orders = sites.flatMap(({ id: siteId }) =>
    Array.from({ length: ordersPerSite }, (_, index): ModelOrder => ({
      siteId,
      sourceId: BigInt(index + 1),
      email: email(),
      totalPrice: price(),
      status: statuses[whole(statuses.length)] ?? 'UNKNOWN',
      orderedAt: new Date(Date.parse(from) + whole(days * 96) * QUARTER_MS - whole(2)),
      deletedAt: whole(10) === 0 ? observedAt : null,
      items: Array.from({ length: whole(4) }, () => ({
        paintingSourceId: whole(10) === 0 ? null : BigInt(1 + whole(9)),
        price: price(),
        quantity: whole(4),
      })),
    })),
  );
  // Painting 9 was sold and is not in the mirror.
  const categories = new Map(
    sites.flatMap(({ id }) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((painting): [string, string | null] => [
        `${id}:${painting}`,
        ['Paysage', 'Portrait', 'Été', null][whole(4)] ?? null,
      ]),
    ),
  );
  return { sites, orders, categories };
}

export async function storeSales({ prisma }: Database, { orders, categories }: Model): Promise<void> {
  await prisma.painting.createMany({
    data: [...categories].map(([key, category], index) => {
      const [siteId = '', sourceId = ''] = key.split(':');
      return {
        siteId: Number(siteId),
        sourceId: BigInt(sourceId),
        name: `Painting ${sourceId}`,
        price: '100',
        quantity: 1,
        displayOrder: 0,
        status: 'AVAILABLE' as const,
        category,
        observedAt,
        deletedAt: index % 5 === 0 ? observedAt : null,
      };
    }),
  });
  await prisma.order.createMany({
    data: orders.map(({ items: _items, ...order }) => ({
      ...order,
      customerName: 'A customer',
      itemsDigest: '',
      observedAt,
    })),
  });
  await prisma.orderItem.createMany({
    data: orders.flatMap(({ siteId, sourceId: orderSourceId, items }) =>
      items.map((item, position) => ({ ...item, siteId, orderSourceId, position })),
    ),
  });
}
