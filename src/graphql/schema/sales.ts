import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';

import { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { periodBefore } from '../../features/figures/calendar.ts';
import type { SalesRequest } from '../../features/figures/requests.ts';
import { noOrders, sumOrders, type Grouping, type OrderSums } from '../../features/figures/sum-orders.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { type MaybeFreshness, freshnessBefore } from '../freshness.ts';
import { costOfDays, currenciesAtMost } from './figure-cost.ts';
import { calendarArgs, daysAsked, readDays } from './calendar-period.ts';
import {
  type CurrencyGroup,
  type FigureSite,
  byCurrency,
  figureColumns,
  readSites,
  scopeOf,
  siteIdsArg,
} from './figure-sites.ts';
import { freshnessField } from './freshness.ts';
import { OrderStatusEnum } from './order.ts';
import { rejectedCount } from './rejected-count.ts';
import { type Group, SalesGroup } from './sales-group.ts';

/** What some sites of one currency sold on some days. */
export interface SalesOfPeriod extends Group, SalesRequest, CurrencyGroup, MaybeFreshness {
  readonly sites: readonly FigureSite[];
}

const statusNames = Object.values(OrderStatus);

/** The sums of orders, by group. All that are asked for in one answer are read together, whatever their days and sites. */
export const orderSums = (context: Context, grouping: Grouping, request: SalesRequest) =>
  context.loaders
    .batch(
      `sales:${grouping}`,
      () =>
        new DataLoader<SalesRequest, ReadonlyMap<string, OrderSums>>((requests) => {
          const statuses = grouping === 'STATUS' ? statusNames : context.services.revenueStatuses;
          return sumOrders(context.database.pool, requests, statuses, grouping);
        }),
    )
    .load(request);

async function salesOf(
  context: Context,
  info: GraphQLResolveInfo,
  { currency, sites, firstDay, lastDay }: SalesRequest & CurrencyGroup,
): Promise<SalesOfPeriod> {
  const freshness = await freshnessBefore(context, info, { entities: ['ORDERS'], sites: scopeOf(sites) });
  const request = { sites, firstDay, lastDay };
  return {
    ...request,
    currency,
    sites,
    freshness,
    behind: { ...request, statuses: context.services.revenueStatuses },
    sums: async () => (await orderSums(context, 'NONE', request)).get('') ?? noOrders,
  };
}

export const Sales = builder.objectRef<SalesOfPeriod>('Sales').implement({
  description:
    'What was sold in a period, on one site or on all sites of one currency. An order belongs to the day on which ' +
    'it was placed, by the calendar and the time zone of its site. Orders count as revenue that are confirmed, ' +
    'shipped or delivered, unless `REVENUE_STATUSES` of the gateway says otherwise: see `revenueStatuses`. ' +
    'Orders that are gone from their site count nowhere.',
  interfaces: [SalesGroup],
  fields: (t) => ({
    firstDay: t.expose('firstDay', { type: 'Date', description: 'The first day of the period.' }),
    lastDay: t.expose('lastDay', { type: 'Date', description: 'The last day, itself included.' }),
    freshness: t.field(freshnessField),
    currency: t.exposeString('currency', { description: 'The currency of all amounts, such as "EUR".' }),
    revenueStatuses: t.field({
      type: [OrderStatusEnum],
      description: 'The statuses of orders that count as revenue: the same for all sites.',
      resolve: (_sales, _args, { services }) => [...services.revenueStatuses],
    }),
    rejectedOrders: t.int({
      description:
        'Orders that the sites hold now and that are missing here, from whatever day: without a date, a total or ' +
        'an id that can be read. Each is an open issue of its site.',
      resolve: ({ sites }, _args, context) => rejectedCount(context, 'ORDERS', sites),
    }),
  }),
});

builder.objectField(Sales, 'previous', (t) =>
  t.field({
    type: Sales,
    description: 'The same for as many days just before.',
    extensions: { listSizeInside: (_args, days) => days, cost: (_args, days) => costOfDays(days) },
    resolve: (sales, _args, context, info) => salesOf(context, info, { ...sales, ...periodBefore(sales) }),
  }),
);

builder.queryField('sales', (t) =>
  t.field({
    type: [Sales],
    description: 'What was sold, once for each currency of the sites.',
    args: { ...siteIdsArg(), ...calendarArgs() },
    extensions: {
      listSize: currenciesAtMost,
      listSizeInside: daysAsked,
      cost: (args) => currenciesAtMost(args) * costOfDays(daysAsked(args)),
    },
    async resolve(_root, { siteIds, ...args }, context, info) {
      const sites = await readSites(context, siteIds);
      const period = readDays(args, sites, context);
      return Promise.all(byCurrency(sites).map((group) => salesOf(context, info, { ...group, ...period })));
    },
  }),
);

builder.prismaObjectField('Site', 'sales', (t) =>
  t.field({
    type: Sales,
    description: 'What it sold.',
    args: calendarArgs(),
    extensions: {
      columns: figureColumns,
      listSizeInside: daysAsked,
      cost: (args) => costOfDays(daysAsked(args)),
    },
    resolve: (site, args, context, info) =>
      salesOf(context, info, { currency: site.currency, sites: [site], ...readDays(args, [site], context) }),
  }),
);
