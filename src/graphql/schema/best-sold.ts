import DataLoader from 'dataloader';

import type { SalesRequest } from '../../features/figures/requests.ts';
import {
  type CategorySums,
  type PaintingSums,
  sumByCategory,
  sumByPainting,
} from '../../features/figures/sum-lines.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';
import type { FieldArguments } from '../limits/measure.ts';
import { type MaybeFreshness, freshnessBefore } from '../freshness.ts';
import { MAX_PAGE_SIZE } from '../lists/page.ts';
import { costOfLines } from './figure-cost.ts';
import { scopeOf } from './figure-sites.ts';
import { freshnessField } from './freshness.ts';
import { Money } from './money.ts';
import { Order, OrderConnection } from './order.ts';
import { type OrdersBehind, ordersBehind } from './orders-behind.ts';
import { Painting } from './painting.ts';
import { money } from './sales-group.ts';
import { Sales } from './sales.ts';

type OfLines<Sums> = Sums & { readonly currency: string; readonly behind: OrdersBehind };

const LineFigures = builder.interfaceRef<OfLines<PaintingSums | CategorySums>>('LineFigures').implement({
  description:
    'Lines of orders that count as revenue, looked at together. What an order adds to its lines, or takes off, ' +
    'is in no line: all lines together need not come to the revenue.',
  fields: (t) => ({
    quantity: t.field({
      type: 'SafeInt',
      description: 'Pieces sold.',
      resolve: ({ quantity }) => BigInt(quantity),
    }),
    amount: t.field({
      type: Money,
      description: 'Price times quantity of each line, summed up.',
      resolve: ({ amount, currency }) => money(amount, currency),
    }),
    orders: t.connection(
      {
        type: Order,
        description: 'The orders with such a line, the newest first.',
        extensions: { cost: (_args, days) => costOfLines(days) },
        resolve: ({ behind }, args, context, info) => ordersBehind(context, info, behind, args),
      },
      OrderConnection,
    ),
  }),
});

const SalesOfPainting = builder.objectRef<OfLines<PaintingSums>>('SalesOfPainting').implement({
  description: 'How a painting sold.',
  interfaces: [LineFigures],
  fields: (t) => ({
    painting: t.field({
      type: Painting,
      nullable: true,
      description: 'The painting, also when it is gone from its site; null where the mirror has none.',
      resolve: ({ siteId, paintingSourceId }, _args, { loaders }) =>
        loaders.painting.load({ siteId, sourceId: BigInt(paintingSourceId) }),
    }),
    paintingId: t.id({
      description: 'Its id, which the orders name whether the mirror has it or not.',
      resolve: ({ siteId, paintingSourceId }) => `Painting:${siteId}:${paintingSourceId}`,
    }),
  }),
});

const SalesOfCategory = builder
  .objectRef<OfLines<CategorySums> & MaybeFreshness>('SalesOfCategory')
  .implement({
    description: 'How the paintings of a category sold.',
    interfaces: [LineFigures],
    fields: (t) => ({
      category: t.exposeString('category', {
        nullable: true,
        description:
          'The category as the sites write it now; null: paintings without one, and lines whose painting is unknown.',
      }),
      freshness: t.field({
        ...freshnessField,
        description: 'How far this can be trusted: the orders, and the paintings that tell the category.',
      }),
    }),
  });

const firstArg = (what: string) =>
  builder.args((t) => ({
    first: t.int({
      required: true,
      defaultValue: 10,
      description: `How many ${what}, 1 to ${MAX_PAGE_SIZE}.`,
    }),
  }));

const lengthAsked = ({ first }: FieldArguments) =>
  typeof first === 'number' && first >= 1 ? Math.min(first, MAX_PAGE_SIZE) : 10;

builder.objectFields(Sales, (t) => ({
  byPainting: t.field({
    type: [SalesOfPainting],
    description: 'The paintings of which most pieces were sold, then those that brought most.',
    args: firstArg('paintings'),
    extensions: {
      listSize: lengthAsked,
      listSizeInside: (_args, days) => days,
      cost: (_args, days) => costOfLines(days),
    },
    resolve: async (sales, { first }, context) => {
      const sold = await lineSums(context, 'painting', sumByPainting, first).load(sales);
      return sold.map((sums) => ({
        ...sums,
        currency: sales.currency,
        behind: {
          ...sales.behind,
          sites: sales.sites.filter(({ id }) => id === sums.siteId),
          only: { by: 'painting' as const, sourceId: sums.paintingSourceId },
        },
      }));
    },
  }),
  byCategory: t.field({
    type: [SalesOfCategory],
    description: 'The categories that brought most.',
    args: firstArg('categories'),
    extensions: {
      listSize: lengthAsked,
      listSizeInside: (_args, days) => days,
      cost: (_args, days) => costOfLines(days),
    },
    resolve: async (sales, { first }, context, info) => {
      const scope = { entities: ['ORDERS', 'PAINTINGS'] as const, sites: scopeOf(sales.sites) };
      const freshness = await freshnessBefore(context, info, scope);
      const sold = await lineSums(context, 'category', sumByCategory, first).load(sales);
      return sold.map((sums) => ({
        ...sums,
        freshness,
        currency: sales.currency,
        behind: { ...sales.behind, only: { by: 'category' as const, category: sums.category } },
      }));
    },
  }),
}));

/** A reader of the sums of lines. */
type ReadLines<Sums> = (...args: [...Parameters<typeof sumByPainting>]) => Promise<Sums[][]>;

function lineSums<Sums>(context: Context, by: string, read: ReadLines<Sums>, first: number) {
  if (first < 1 || first > MAX_PAGE_SIZE) {
    throw badInput(`Expected \`first\` to be between 1 and ${MAX_PAGE_SIZE}, got ${first}.`);
  }
  const { revenueStatuses } = context.services;
  return context.loaders.batch(
    `sales:${by}:${first}`,
    () =>
      new DataLoader<SalesRequest, Sums[]>((requests) =>
        read(context.database.pool, requests, revenueStatuses, first),
      ),
  );
}
