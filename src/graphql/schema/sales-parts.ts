import DataLoader from 'dataloader';

import { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { type CalendarPeriod, intervalsOf } from '../../features/figures/calendar.ts';
import type { SalesRequest } from '../../features/figures/requests.ts';
import {
  type CustomerKind,
  type CustomerSums,
  customerKinds,
  noCustomers,
  sumCustomers,
} from '../../features/figures/sum-customers.ts';
import { noOrders } from '../../features/figures/sum-orders.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { costOfAll, costOfDays } from './figure-cost.ts';
import { Money } from './money.ts';
import { Order, OrderConnection, OrderStatusEnum } from './order.ts';
import { ordersBehind } from './orders-behind.ts';
import { type Group, SalesGroup, money } from './sales-group.ts';
import { Sales, orderSums } from './sales.ts';

const TimeUnit = builder.enumType('TimeUnit', {
  description: 'How long the steps of a calendar are.',
  values: {
    DAY: { description: 'Days.' },
    WEEK: { description: 'Weeks of ISO 8601, from Monday to Sunday.' },
    MONTH: { description: 'Months.' },
  } as const,
});

const SalesInTime = builder.objectRef<Group & CalendarPeriod>('SalesInTime').implement({
  description: 'What was sold on one day, in one week or in one month.',
  interfaces: [SalesGroup],
  fields: (t) => ({
    firstDay: t.expose('firstDay', { type: 'Date', description: 'Its first day that lies in the period.' }),
    lastDay: t.expose('lastDay', { type: 'Date', description: 'Its last day that lies in the period.' }),
  }),
});

builder.objectField(Sales, 'byTime', (t) =>
  t.field({
    type: [SalesInTime],
    description: 'Every day, week or month of the period, those without sales included.',
    args: {
      unit: t.arg({ type: TimeUnit, required: true, defaultValue: 'DAY', description: 'The steps.' }),
    },
    extensions: {
      listSize: ({ unit }, days) => Math.ceil(days / daysOf(unit).least) + 1,
      listSizeInside: ({ unit }) => daysOf(unit).most,
      cost: (_args, days) => costOfDays(days),
    },
    resolve: (sales, { unit }, context) =>
      intervalsOf(sales, unit).map(({ name, ...days }) => ({
        ...days,
        currency: sales.currency,
        behind: { ...sales.behind, ...days },
        sums: async () => (await orderSums(context, unit, sales)).get(name) ?? noOrders,
      })),
  }),
);

const daysOf = (unit: unknown) =>
  unit === 'MONTH'
    ? { least: 28, most: 31 }
    : unit === 'WEEK'
      ? { least: 7, most: 7 }
      : { least: 1, most: 1 };

const OrdersWithStatus = builder.objectRef<Group & { status: OrderStatus }>('OrdersWithStatus').implement({
  description: 'The orders of a period that have one status, whether they count as revenue or not.',
  fields: (t) => ({
    status: t.expose('status', { type: OrderStatusEnum, description: 'The status.' }),
    countsAsRevenue: t.boolean({
      description: 'Whether orders with this status count as revenue.',
      resolve: ({ status }, _args, { services }) => services.revenueStatuses.includes(status),
    }),
    orderCount: t.int({
      description: 'How many orders.',
      resolve: async ({ sums }) => (await sums()).orderCount,
    }),
    amount: t.field({
      type: Money,
      description: 'The sum of their totals.',
      resolve: async ({ sums, currency }) => money((await sums()).amount, currency),
    }),
    unpriced: t.int({
      description: 'Of the orders, those whose total is 0.',
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

builder.objectField(Sales, 'byStatus', (t) =>
  t.field({
    type: [OrdersWithStatus],
    description: 'All orders of the period by their status of now, every status included.',
    extensions: {
      listSize: Object.keys(OrderStatus).length,
      listSizeInside: (_args, days) => days,
      cost: (_args, days) => costOfDays(days),
    },
    resolve: (sales, _args, context) =>
      Object.values(OrderStatus).map((status) => ({
        status,
        currency: sales.currency,
        behind: { ...sales.behind, statuses: [status] },
        sums: async () => (await orderSums(context, 'STATUS', sales)).get(status) ?? noOrders,
      })),
  }),
);

const CustomerKindEnum = builder.enumType('CustomerKind', {
  description: 'Whether customers had bought before. A customer is an e-mail address on one site.',
  values: {
    NEW: { description: 'The first order that counts as revenue lies in the period.' },
    RETURNING: { description: 'There was one before the period.' },
    UNKNOWN: { description: 'The orders have no e-mail address.' },
  } satisfies Record<CustomerKind, object>,
});

interface CustomerGroup extends Group {
  readonly kind: CustomerKind;
  readonly sums: () => Promise<CustomerSums>;
}

const SalesToCustomers = builder.objectRef<CustomerGroup>('SalesToCustomers').implement({
  description: 'What new or returning customers bought.',
  interfaces: [SalesGroup],
  fields: (t) => ({
    kind: t.expose('kind', { type: CustomerKindEnum, description: 'Which customers.' }),
    customers: t.int({
      description: 'How many customers: who buys on two sites is one of each. 0 of the unknown.',
      resolve: async ({ sums }) => (await sums()).customers,
    }),
  }),
});

builder.objectField(Sales, 'byCustomer', (t) =>
  t.field({
    type: [SalesToCustomers],
    description: 'New customers, returning ones, and orders that do not say.',
    extensions: {
      listSize: customerKinds.length,
      listSizeInside: (_args, days) => days,
      cost: () => costOfAll,
    },
    resolve: (sales, _args, context) =>
      customerKinds.map((kind) => ({
        kind,
        currency: sales.currency,
        behind: { ...sales.behind, only: { by: 'customers' as const, kind } },
        sums: async () => (await customerSums(context, sales)).get(kind) ?? noCustomers,
      })),
  }),
);

const customerSums = ({ loaders, services, database: { pool } }: Context, request: SalesRequest) =>
  loaders
    .batch(
      'sales:customers',
      () =>
        new DataLoader<SalesRequest, ReadonlyMap<CustomerKind, CustomerSums>>((requests) =>
          sumCustomers(pool, requests, services.revenueStatuses),
        ),
    )
    .load(request);
