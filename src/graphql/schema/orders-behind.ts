import type { GraphQLResolveInfo } from 'graphql';

import type { Order as OrderRow } from '../../db/generated/prisma/client.ts';
import type { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { dayText } from '../../features/figures/calendar.ts';
import { type SalesRequest, startOfDay } from '../../features/figures/requests.ts';
import { type CustomerKind, customerOf } from '../../features/figures/sum-customers.ts';
import type { Context } from '../context.ts';
import { type Connection, nestedConnection } from '../lists/connection.ts';
import type { NestedList } from '../lists/list.ts';
import type { PageArguments } from '../lists/page.ts';
import { raw } from '../lists/sql.ts';
import { orderTable } from '../tables.ts';

/** The orders that a figure is the sum of. */
export interface OrdersBehind extends SalesRequest {
  readonly statuses: readonly OrderStatus[];
  /** Only those of one kind of customers, with a line of a painting, or with a line of a category. */
  readonly only?:
    | { readonly by: 'customers'; readonly kind: CustomerKind }
    | { readonly by: 'painting'; readonly siteId: number; readonly sourceId: string }
    | { readonly by: 'category'; readonly category: string | null };
}

type By = NonNullable<OrdersBehind['only']>['by'];

// unnest() has no arrays of arrays: one for each parent travels as its text.
const arrayText = (values: readonly (string | number)[]) => `{${values.join(',')}}`;

const keys: NestedList<OrdersBehind>['parentKeys'] = [
  { type: 'text', of: ({ sites }) => arrayText(sites.map(({ id }) => id)) },
  { type: 'text', of: ({ sites }) => arrayText(sites.map(({ timeZone }) => timeZone)) },
  { type: 'date', of: ({ firstDay }) => dayText(firstDay) },
  { type: 'date', of: ({ lastDay }) => dayText(lastDay) },
  { type: 'text', of: ({ statuses }) => arrayText(statuses) },
];

const begins = startOfDay('parent.key2', 'site.time_zone');

/** A site of the parent, with its days. */
const SITE = `SELECT FROM unnest(parent.key0::int[], parent.key1::text[]) AS site (id, time_zone)
  WHERE site.id = t.site_id`;

// The first two lines say less than the last: they are what an index can answer. No zone is a day away from UTC.
const ROWS = `t.site_id = ANY (parent.key0::int[]) AND t.status = ANY (parent.key4::order_status[])
  AND t.ordered_at >= (parent.key2 - 1)::timestamp AT TIME ZONE 'UTC'
  AND t.ordered_at < (parent.key3 + 2)::timestamp AT TIME ZONE 'UTC' AND t.deleted_at IS NULL
  AND EXISTS (${SITE} AND t.ordered_at >= ${begins} AND t.ordered_at < ${startOfDay('parent.key3 + 1', 'site.time_zone')})`;

const hasEarlier = `EXISTS (${SITE} AND EXISTS (
    SELECT FROM "order" AS earlier
    WHERE earlier.site_id = t.site_id AND ${customerOf('earlier')} = ${customerOf('t')}
      AND earlier.deleted_at IS NULL AND earlier.status = ANY (parent.key4::order_status[])
      AND earlier.ordered_at < ${begins}
  ))`;

const hasLine = (condition: string) => `EXISTS (
    SELECT FROM order_item AS line
    WHERE line.site_id = t.site_id AND line.order_source_id = t.source_id AND ${condition}
  )`;

const narrowed: Record<By, Pick<NestedList<OrdersBehind>, 'parentKeys'> & { condition: string }> = {
  customers: {
    parentKeys: [{ type: 'text', of: ({ only }) => (only?.by === 'customers' ? only.kind : null) }],
    condition: `CASE parent.key5 WHEN 'UNKNOWN' THEN t.email IS NULL
      WHEN 'NEW' THEN t.email IS NOT NULL AND NOT ${hasEarlier} ELSE ${hasEarlier} END`,
  },
  painting: {
    parentKeys: [
      { type: 'int', of: ({ only }) => (only?.by === 'painting' ? only.siteId : null) },
      { type: 'bigint', of: ({ only }) => (only?.by === 'painting' ? only.sourceId : null) },
    ],
    condition: `t.site_id = parent.key5 AND ${hasLine('line.painting_source_id = parent.key6')}`,
  },
  category: {
    parentKeys: [{ type: 'text', of: ({ only }) => (only?.by === 'category' ? only.category : null) }],
    condition: hasLine(`(
      SELECT painting.category FROM painting
      WHERE painting.site_id = line.site_id AND painting.source_id = line.painting_source_id
    ) IS NOT DISTINCT FROM parent.key5`),
  },
};

const listOf = (
  kind: string,
  { parentKeys, condition }: { parentKeys: NestedList<OrdersBehind>['parentKeys']; condition: string },
): NestedList<OrdersBehind> => ({
  kind,
  table: orderTable,
  order: [
    { field: 'orderedAt', type: 'timestamptz', descending: true },
    { field: 'siteId', type: 'int', descending: true },
    { field: 'sourceId', type: 'bigint', descending: true },
  ],
  parentKeys: [...keys, ...parentKeys],
  rows: raw(`${ROWS} AND ${condition}`),
});

const lists: Record<By | 'all', NestedList<OrdersBehind>> = {
  all: listOf('Sales.orders', { parentKeys: [], condition: 'true' }),
  customers: listOf('SalesToCustomers.orders', narrowed.customers),
  painting: listOf('SalesOfPainting.orders', narrowed.painting),
  category: listOf('SalesOfCategory.orders', narrowed.category),
};

/** The orders behind a figure, the newest first. */
export const ordersBehind = (
  context: Context,
  info: GraphQLResolveInfo,
  behind: OrdersBehind,
  args: PageArguments,
): Connection<OrderRow> => nestedConnection(context, info, lists[behind.only?.by ?? 'all'], behind, args, []);
