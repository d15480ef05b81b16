import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';

import type { Painting as PaintingRow } from '../../db/generated/prisma/client.ts';
import { type StockLevel, type StockSums, stockLevels, sumStock } from '../../features/figures/sum-stock.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { type MaybeFreshness, freshnessBefore } from '../freshness.ts';
import { nestedConnection } from '../lists/connection.ts';
import type { NestedList } from '../lists/list.ts';
import { raw } from '../lists/sql.ts';
import { paintingTable } from '../tables.ts';
import { costOfAll, currenciesAtMost } from './figure-cost.ts';
import {
  type CurrencyGroup,
  byCurrency,
  figureColumns,
  readSites,
  scopeOf,
  siteIdsArg,
} from './figure-sites.ts';
import { freshnessField } from './freshness.ts';
import { rejectedCount } from './rejected-count.ts';
import { Money } from './money.ts';
import { Painting, PaintingConnection } from './painting.ts';
import { money } from './sales-group.ts';

interface LevelOfStock extends StockSums, CurrencyGroup {
  readonly level: StockLevel;
}

const paintingsOfLevel = (level: StockLevel): NestedList<LevelOfStock> => ({
  kind: `StockOfLevel.paintings:${level}`,
  table: paintingTable,
  order: [
    { field: 'siteId', type: 'int' },
    { field: 'sourceId', type: 'bigint' },
  ],
  parentKeys: [{ type: 'text', of: ({ sites }) => `{${sites.map(({ id }) => id).join(',')}}` }],
  rows: raw(`t.site_id = ANY (parent.key0::int[]) AND t.deleted_at IS NULL AND ${stockLevels[level]}`),
  sitesOf: ({ sites }) => scopeOf(sites),
});

const lists: Record<StockLevel, NestedList<LevelOfStock>> = {
  IN_STOCK: paintingsOfLevel('IN_STOCK'),
  LAST_PIECE: paintingsOfLevel('LAST_PIECE'),
  SOLD_OUT: paintingsOfLevel('SOLD_OUT'),
};

const StockOfLevel = builder.objectRef<LevelOfStock>('StockOfLevel').implement({
  description: 'Paintings of which as many are left, looked at together.',
  fields: (t) => ({
    paintingCount: t.exposeInt('paintings', { description: 'How many paintings.' }),
    pieces: t.field({
      type: 'SafeInt',
      description: 'How many pieces of them the sites say they have.',
      resolve: ({ pieces }) => BigInt(pieces),
    }),
    value: t.field({
      type: Money,
      description: 'Price times quantity of each, summed up.',
      resolve: ({ value, currency }) => money(value, currency),
    }),
    unpriced: t.exposeInt('unpriced', {
      description: 'Of the paintings, those whose price is 0: a site may write that where it knows none.',
    }),
    paintings: t.connection(
      {
        type: Painting,
        description: 'These paintings, by site and by their id there.',
        extensions: { cost: () => costOfAll },
        resolve: (stock, args, context, info) =>
          nestedConnection<LevelOfStock, PaintingRow>(context, info, lists[stock.level], stock, args, []),
      },
      PaintingConnection,
    ),
  }),
});

const Stock = builder.objectRef<CurrencyGroup & MaybeFreshness>('Stock').implement({
  description: 'What one site, or all sites of one currency, have to sell now.',
  fields: (t) => ({
    freshness: t.field(freshnessField),
    currency: t.exposeString('currency', { description: 'The currency of all amounts, such as "EUR".' }),
    inStock: t.field({
      type: StockOfLevel,
      description: 'Of which there is a piece left: their value is that of the stock.',
      resolve: (group, _args, context) => stockOfLevel(context, group, 'IN_STOCK'),
    }),
    lastPiece: t.field({
      type: StockOfLevel,
      description: 'Of them, those of which there is one piece left.',
      resolve: (group, _args, context) => stockOfLevel(context, group, 'LAST_PIECE'),
    }),
    soldOut: t.field({
      type: StockOfLevel,
      description: 'Of which there is no piece left, or that are marked as sold.',
      resolve: (group, _args, context) => stockOfLevel(context, group, 'SOLD_OUT'),
    }),
    rejectedPaintings: t.int({
      description: 'Paintings that the sites hold now and that are missing here: each is an open issue.',
      resolve: ({ sites }, _args, context) => rejectedCount(context, 'PAINTINGS', sites),
    }),
  }),
});

async function stockOfLevel(
  { loaders, database: { pool } }: Context,
  group: CurrencyGroup,
  level: StockLevel,
): Promise<LevelOfStock> {
  const stocks = loaders.batch(
    'stock',
    () =>
      new DataLoader<CurrencyGroup, Record<StockLevel, StockSums>>((groups) =>
        sumStock(
          pool,
          groups.map(({ sites }) => sites),
        ),
      ),
  );
  return { ...group, ...(await stocks.load(group))[level], level };
}

async function stockOf(
  context: Context,
  info: GraphQLResolveInfo,
  group: CurrencyGroup,
): Promise<CurrencyGroup & MaybeFreshness> {
  const scope = { entities: ['PAINTINGS'] as const, sites: scopeOf(group.sites) };
  return { ...group, freshness: await freshnessBefore(context, info, scope) };
}

builder.queryField('stock', (t) =>
  t.field({
    type: [Stock],
    description: 'What there is to sell, once for each currency of the sites.',
    args: siteIdsArg(),
    extensions: { listSize: currenciesAtMost, cost: (args) => currenciesAtMost(args) * costOfAll },
    async resolve(_root, { siteIds }, context, info) {
      const groups = byCurrency(await readSites(context, siteIds));
      return Promise.all(groups.map((group) => stockOf(context, info, group)));
    },
  }),
);

builder.prismaObjectField('Site', 'stock', (t) =>
  t.field({
    type: Stock,
    description: 'What it has to sell.',
    extensions: { columns: figureColumns, cost: () => costOfAll },
    resolve: (site, _args, context, info) =>
      stockOf(context, info, { currency: site.currency, sites: [site] }),
  }),
);
