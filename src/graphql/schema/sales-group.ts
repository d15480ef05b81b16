import { Prisma } from '../../db/generated/prisma/client.ts';
import type { OrderSums } from '../../features/figures/sum-orders.ts';
import { builder } from '../builder.ts';
import { costOfDays } from './figure-cost.ts';
import { Money } from './money.ts';
import { Order, OrderConnection } from './order.ts';
import { type OrdersBehind, ordersBehind } from './orders-behind.ts';

/** Orders that count as revenue, looked at together. */
export interface Group {
  readonly currency: string;
  readonly behind: OrdersBehind;
  /** Read once, when one of its figures is asked for. */
  readonly sums: () => Promise<OrderSums>;
}

// No amount of numeric(18, 4), however many are added up, has as many digits.
const Exact = Prisma.Decimal.clone({ precision: 100, rounding: Prisma.Decimal.ROUND_HALF_UP });

export const money = (amount: string, currency: string) => ({ amount: new Exact(amount), currency });

export const SalesGroup = builder.interfaceRef<Group>('SalesGroup').implement({
  description: 'Orders that count as revenue, looked at together.',
  fields: (t) => ({
    orderCount: t.int({
      description: 'How many orders.',
      resolve: async ({ sums }) => (await sums()).orderCount,
    }),
    revenue: t.field({
      type: Money,
      description: 'The sum of their totals.',
      resolve: async ({ sums, currency }) => money((await sums()).amount, currency),
    }),
    averageBasket: t.field({
      type: Money,
      nullable: true,
      description: 'Revenue by order, rounded to two decimals, half a cent up; null when there is no order.',
      resolve: async ({ sums, currency }) => {
        const { amount, orderCount } = await sums();
        if (orderCount === 0) return null;
        return { amount: new Exact(amount).div(orderCount).toDecimalPlaces(2), currency };
      },
    }),
    unpriced: t.int({
      description: 'Of the orders, those whose total is 0: a site may write that where it knows none.',
      resolve: async ({ sums }) => (await sums()).unpriced,
    }),
    orders: t.connection(
      {
        type: Order,
        description: 'These orders, the newest first.',
        extensions: { cost: (_args, days) => costOfDays(days) },
        resolve: ({ behind }, args, context, info) => ordersBehind(context, info, behind, args),
      },
      OrderConnection,
    ),
  }),
});
