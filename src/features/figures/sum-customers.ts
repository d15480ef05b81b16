import type { Pool } from 'pg';

import type { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { OF_SITE, type SalesRequest, WANTED_PERIODS, rowsByRequest, valuesOf } from './requests.ts';
import { type OrderSums, noOrders } from './sum-orders.ts';

/** NEW: placed no order before the period. RETURNING: did. UNKNOWN: orders without an e-mail address. */
export const customerKinds = ['NEW', 'RETURNING', 'UNKNOWN'] as const;

export type CustomerKind = (typeof customerKinds)[number];

export interface CustomerSums extends OrderSums {
  /** E-mail addresses, counted on each site by itself. */
  readonly customers: number;
}

export const noCustomers: CustomerSums = { ...noOrders, customers: 0 };

/** SQL for what tells one customer of a site from another: the address, but for capitals and the space around it. */
export const customerOf = (order: string): string =>
  `nullif(lower(btrim(${order}.email, E' \\t\\r\\n')), '')`;

/**
 * The customers of each request who placed an order with one of the statuses, and those orders, by kind; one
 * statement for all. Reads all earlier orders of the sites. A kind without orders is not there.
 */
export async function sumCustomers(
  pool: Pool,
  requests: readonly SalesRequest[],
  statuses: readonly OrderStatus[],
): Promise<Map<CustomerKind, CustomerSums>[]> {
  const { rows } = await pool.query<CustomerSums & { request: number; kind: CustomerKind }>(
    `SELECT wanted.request, customer.kind, count(customer.email)::int AS customers,
      sum(customer.orders)::int AS "orderCount", sum(customer.amount) AS amount,
      sum(customer.unpriced)::int AS unpriced
    FROM ${WANTED_PERIODS} CROSS JOIN LATERAL (
      SELECT email,
        CASE WHEN email IS NULL THEN 'UNKNOWN' WHEN min(ordered_at) < period.begins THEN 'RETURNING' ELSE 'NEW' END AS kind,
        count(*) FILTER (WHERE is_within) AS orders, sum(total_price) FILTER (WHERE is_within) AS amount,
        count(*) FILTER (WHERE is_within AND total_price = 0) AS unpriced
      FROM (
        SELECT ${customerOf('placed')} AS email, ordered_at, total_price, ordered_at >= period.begins AS is_within
        FROM "order" AS placed WHERE ${OF_SITE} AND ordered_at < period.ends OFFSET 0
      ) AS placed GROUP BY email HAVING bool_or(is_within)
    ) AS customer GROUP BY 1, 2`,
    [...valuesOf(requests), statuses],
  );
  return rowsByRequest(requests, rows).map((sums) => new Map(sums.map((row) => [row.kind, row])));
}
