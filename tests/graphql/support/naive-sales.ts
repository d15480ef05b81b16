import type { OrderStatus } from '../../../src/db/generated/prisma/enums.ts';

export interface ModelSite {
  id: number;
  timeZone: string;
  currency: string;
}

export interface ModelOrder {
  siteId: number;
  sourceId: bigint;
  email: string | null;
  totalPrice: string;
  status: OrderStatus;
  orderedAt: Date;
  deletedAt: Date | null;
  items: { paintingSourceId: bigint | null; price: string; quantity: number }[];
}

export interface Model {
  sites: ModelSite[];
  orders: ModelOrder[];
  /** By `<site>:<id>`. */
  categories: Map<string, string | null>;
}

export interface Days {
  firstDay: string;
  lastDay: string;
}

export type Unit = 'DAY' | 'WEEK' | 'MONTH';

const revenueStatuses: readonly OrderStatus[] = ['CONFIRMED', 'SHIPPED', 'DELIVERED'];
const statuses: readonly OrderStatus[] = [
  'IN_PROGRESS',
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'UNKNOWN',
];

/** An amount in ten-thousandths. */
export function unitsOf(amount: string): bigint {
  const [whole = '', decimals = ''] = amount.split('.');
  return BigInt(whole + decimals.padEnd(4, '0'));
}

/** As the API writes it: at least two decimals. */
export function textOf(units: bigint): string {
  const digits = units.toString().padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4, -2)}${digits.slice(-2).replace(/0+$/, '')}`;
}

const idOf = ({ siteId, sourceId }: ModelOrder) => `Order:${siteId}:${sourceId}`;

function addDays(day: string, days: number): string {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

function daysOf({ firstDay, lastDay }: Days): string[] {
  const days: string[] = [];
  for (let day = firstDay; day <= lastDay; day = addDays(day, 1)) days.push(day);
  return days;
}

export function daysBefore(days: Days): Days {
  const count = daysOf(days).length;
  return { firstDay: addDays(days.firstDay, -count), lastDay: addDays(days.firstDay, -1) };
}

/** All figures, counted one order after the other: as many groups of orders as there are, with their ids. */
export function naiveSales(model: Model, sites: readonly ModelSite[], days: Days, unit: Unit) {
  const dayOf = localDays(sites);
  const there = model.orders.filter((order) => order.deletedAt === null && dayOf(order) !== undefined);
  const onDays = (from: string, to: string) =>
    there.filter((order) => {
      const day = dayOf(order) ?? '';
      return day >= from && day <= to;
    });
  const placed = onDays(days.firstDay, days.lastDay);
  const counted = placed.filter(({ status }) => revenueStatuses.includes(status));
  return {
    ...days,
    ...sumsOf(counted),
    byTime: [...Map.groupBy(daysOf(days), (day) => beginOf(day, unit)).values()].map((inside) => {
      const interval = { firstDay: inside[0] ?? '', lastDay: inside.at(-1) ?? '' };
      return {
        ...interval,
        ...sumsOf(counted.filter((order) => inside.includes(dayOf(order) ?? ''))),
      };
    }),
    byStatus: statuses.map((status) => ({
      status,
      countsAsRevenue: revenueStatuses.includes(status),
      ...sumsOf(placed.filter((order) => order.status === status)),
    })),
    byCustomer: byCustomer(counted, there, days.firstDay, dayOf),
    byPainting: byPainting(counted),
    byCategory: byCategory(counted, model),
  };
}

function localDays(sites: readonly ModelSite[]) {
  const formats = new Map(
    sites.map(({ id, timeZone }) => [id, new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })]),
  );
  return ({ siteId, orderedAt }: ModelOrder) => formats.get(siteId)?.format(orderedAt);
}

function beginOf(day: string, unit: Unit): string {
  if (unit === 'DAY') return day;
  if (unit === 'MONTH') return day.slice(0, 7);
  const weekday = new Date(day).getUTCDay();
  return addDays(day, weekday === 0 ? -6 : 1 - weekday);
}

function sumsOf(orders: readonly ModelOrder[]) {
  const units = orders.reduce((sum, { totalPrice }) => sum + unitsOf(totalPrice), 0n);
  const count = BigInt(orders.length);
  return {
    orderCount: orders.length,
    amount: textOf(units),
    averageBasket: count === 0n ? null : textOf(((2n * units + 100n * count) / (200n * count)) * 100n),
    unpriced: orders.filter(({ totalPrice }) => unitsOf(totalPrice) === 0n).length,
    ids: orders.map(idOf).toSorted(),
  };
}

function byCustomer(
  counted: readonly ModelOrder[],
  there: readonly ModelOrder[],
  firstDay: string,
  dayOf: (order: ModelOrder) => string | undefined,
) {
  const customerOf = ({ siteId, email }: ModelOrder) => {
    const address = email?.trim().toLowerCase() ?? '';
    return address === '' ? null : `${siteId}:${address}`;
  };
  const earlier = new Set(
    there
      .filter((order) => revenueStatuses.includes(order.status) && (dayOf(order) ?? '') < firstDay)
      .map(customerOf),
  );
  const kindOf = (order: ModelOrder) => {
    if (customerOf(order) === null) return 'UNKNOWN';
    return earlier.has(customerOf(order)) ? 'RETURNING' : 'NEW';
  };
  return (['NEW', 'RETURNING', 'UNKNOWN'] as const).map((kind) => {
    const orders = counted.filter((order) => kindOf(order) === kind);
    const customers = kind === 'UNKNOWN' ? 0 : new Set(orders.map(customerOf)).size;
    return { kind, customers, ...sumsOf(orders) };
  });
}

const linesOf = (orders: readonly ModelOrder[]) =>
  orders.flatMap((order) => order.items.map((item) => ({ ...item, order })));

type Line = ReturnType<typeof linesOf>[number];

const lineSums = (lines: readonly Line[]) => ({
  quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
  units: lines.reduce((sum, { price, quantity }) => sum + unitsOf(price) * BigInt(quantity), 0n),
  ids: [...new Set(lines.map(({ order }) => idOf(order)))].toSorted(),
});

function byPainting(orders: readonly ModelOrder[]) {
  const lines = linesOf(orders).filter(({ paintingSourceId }) => paintingSourceId !== null);
  return [
    ...Map.groupBy(lines, ({ order, paintingSourceId }) => `Painting:${order.siteId}:${paintingSourceId}`),
  ]
    .map(([paintingId, group]) => ({ paintingId, ...lineSums(group) }))
    .toSorted(
      (a, b) =>
        b.quantity - a.quantity ||
        Number(b.units - a.units) ||
        a.paintingId.localeCompare(b.paintingId, 'en', { numeric: true }),
    )
    .map(({ units, ...sums }) => ({ ...sums, amount: textOf(units) }));
}

function byCategory(orders: readonly ModelOrder[], { categories }: Model) {
  const categoryOf = ({ order, paintingSourceId }: Line) =>
    categories.get(`${order.siteId}:${paintingSourceId}`) ?? null;
  return [...Map.groupBy(linesOf(orders), categoryOf)]
    .map(([category, group]) => ({ category, ...lineSums(group) }))
    .toSorted(
      (a, b) =>
        Number(b.units - a.units) || ((a.category ?? '\u{10ffff}') < (b.category ?? '\u{10ffff}') ? -1 : 1),
    )
    .map(({ units, ...sums }) => ({ ...sums, amount: textOf(units) }));
}
