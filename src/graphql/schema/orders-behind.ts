import type { MaybePromise } from '@pothos/core';
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
import { scopeOf } from './figure-sites.ts';

/** The orders that a figure is the sum of. */
export interface OrdersBehind extends SalesRequest {
  readonly statuses: readonly OrderStatus[];
  /** Only those of one kind of customers, with a line of a painting, or with a line of a category. */
  readonly only?:
    | { readonly by: 'customers'; readonly kind: CustomerKind }
    | { readonly by: 'painting'; readonly sourceId: string }
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

/** Where the days begin and end on each site of the parent, read once for all its orders. */
const SPAN = `CROSS JOIN LATERAL (
    SELECT array_agg(site.id) AS ids, array_agg(site.begins) AS begins, array_agg(site.ends) AS ends,
      min(site.begins) AS first, max(site.ends) AS last
    FROM (
      SELECT id, ${startOfDay('parent.key2', 'time_zone')} AS begins, ${startOfDay('parent.key3 + 1', 'time_zone')} AS ends
      FROM unnest(parent.key0::int[], parent.key1::text[]) AS site (id, time_zone)
    ) AS site
  ) AS span`;

const counts = (order: string) =>
  `${order}.status = ANY (parent.key4::order_status[]) AND ${order}.deleted_at IS NULL`;
const IN_SPAN = 't.ordered_at >= span.first AND t.ordered_at < span.last';

// The same. Of two bounds that it does not know the planner thinks that they leave next to nothing, which it may read
// whole and sort; it does not think so of rows that are compared.
const LEAST_ID = `'${-(2n ** 63n)}'::bigint`;
const IN_SPAN_OF_SITE = `(t.ordered_at, t.source_id) >= (span.first, ${LEAST_ID})
    AND (t.ordered_at, t.source_id) < (span.last, ${LEAST_ID})`;

const IN_DAYS_OF_SITE = `t.ordered_at >= span.begins[array_position(span.ids, t.site_id)]
    AND t.ordered_at < span.ends[array_position(span.ids, t.site_id)]`;

/**
 * Each is answered by the index that has the order of the list: the first page reads few rows more than its own. What
 * that index does not have stands in a CASE: the planner then neither takes another index for it and sorts, nor thinks
 * that so few rows are left that all have to be read.
 */
const inDays = {
  oneStatus: `t.site_id = span.ids[1] AND t.status = (parent.key4::order_status[])[1] AND ${IN_SPAN_OF_SITE}
    AND t.deleted_at IS NULL`,
  one: `t.site_id = span.ids[1] AND ${IN_SPAN_OF_SITE} AND CASE WHEN ${counts('t')} THEN true ELSE false END`,
  many: `${IN_SPAN} AND CASE WHEN ${counts('t')} THEN ${IN_DAYS_OF_SITE} ELSE false END`,
} as const;

const customerKey = (order: string) => `${order}.site_id || ':' || ${customerOf(order)}`;

/** The customers who had bought before, as the keys of an object: the quickest to look one up in. */
const EARLIER_CUSTOMERS = `CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(customer, true) AS customers FROM (
      SELECT DISTINCT ${customerKey('earlier')} AS customer
      FROM unnest(span.ids, span.begins) AS site (id, begins) CROSS JOIN LATERAL (
        SELECT site_id, email FROM "order" AS placed
        WHERE site_id = site.id AND ${counts('placed')} AND ordered_at < site.begins OFFSET 0
      ) AS earlier WHERE parent.key5 <> 'UNKNOWN' AND ${customerOf('earlier')} IS NOT NULL
    ) AS customer
  ) AS earlier`;

interface Narrowing extends Pick<NestedList<OrdersBehind>, 'parentKeys' | 'chosenBy'> {
  readonly join?: string;
  readonly condition: string;
}

const narrowings: Record<By, Narrowing> = {
  customers: {
    parentKeys: [{ type: 'text', of: ({ only }) => (only?.by === 'customers' ? only.kind : null) }],
    join: EARLIER_CUSTOMERS,
    condition: `CASE parent.key5 WHEN 'UNKNOWN' THEN ${customerOf('t')} IS NULL ELSE ${customerOf('t')} IS NOT NULL
      AND coalesce(earlier.customers ? (${customerKey('t')}), false) = (parent.key5 = 'RETURNING') END`,
  },
  painting: {
    parentKeys: [{ type: 'bigint', of: ({ only }) => (only?.by === 'painting' ? only.sourceId : null) }],
    condition: `t.source_id = ANY (ARRAY (
      SELECT order_source_id FROM order_item
      WHERE site_id = span.ids[1] AND painting_source_id = parent.key5
    ))`,
  },
  category: {
    // OFFSET 0 keeps it from being joined to all orders.
    parentKeys: [{ type: 'text', of: ({ only }) => (only?.by === 'category' ? only.category : null) }],
    condition: `EXISTS (
      SELECT FROM order_item AS line
      WHERE line.site_id = t.site_id AND line.order_source_id = t.source_id AND (
        SELECT painting.category FROM painting
        WHERE painting.site_id = line.site_id AND painting.source_id = line.painting_source_id
      ) IS NOT DISTINCT FROM parent.key5 OFFSET 0
    )`,
    chosenBy: ['PAINTINGS'],
  },
};

const whole: Narrowing = { parentKeys: [], condition: 'true' };

const listOf = (
  kind: string,
  sites: keyof typeof inDays,
  { parentKeys, chosenBy = [], join = '', condition }: Narrowing,
): NestedList<OrdersBehind> => ({
  kind: `${kind}:${sites}`,
  table: orderTable,
  order: [
    { field: 'orderedAt', type: 'timestamptz', descending: true },
    { field: 'siteId', type: 'int', descending: true },
    { field: 'sourceId', type: 'bigint', descending: true },
  ],
  parentKeys: [...keys, ...parentKeys],
  parentJoin: raw(`${SPAN} ${join}`),
  rows: raw(`${inDays[sites]} AND ${condition}`),
  sitesOf: (behind) => scopeOf(behind.sites),
  chosenBy,
});

const listsOf = (kind: string, narrowing: Narrowing) => ({
  oneStatus: listOf(kind, 'oneStatus', narrowing),
  one: listOf(kind, 'one', narrowing),
  many: listOf(kind, 'many', narrowing),
});

const lists = {
  whole: listsOf('Sales.orders', whole),
  customers: listsOf('SalesToCustomers.orders', narrowings.customers),
  painting: listsOf('SalesOfPainting.orders', narrowings.painting),
  category: listsOf('SalesOfCategory.orders', narrowings.category),
};

const scaleOf = ({ sites, statuses }: OrdersBehind): keyof typeof inDays =>
  sites.length > 1 ? 'many' : statuses.length > 1 ? 'one' : 'oneStatus';

/** The orders behind a figure, the newest first. */
export const ordersBehind = (
  context: Context,
  info: GraphQLResolveInfo,
  behind: OrdersBehind,
  args: PageArguments,
): MaybePromise<Connection<OrderRow>> =>
  nestedConnection(context, info, lists[behind.only?.by ?? 'whole'][scaleOf(behind)], behind, args, []);
