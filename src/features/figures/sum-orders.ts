import type { Pool } from 'pg';

import type { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { IN_PERIOD, type SalesRequest, WANTED_PERIODS, rowsByRequest, valuesOf } from './requests.ts';

/** What orders come to together. */
export interface OrderSums {
  readonly orderCount: number;
  /** The sum of their totals, an exact decimal as text. */
  readonly amount: string;
  /** Of them, those whose total is 0. */
  readonly unpriced: number;
}

export const noOrders: OrderSums = { orderCount: 0, amount: '0', unpriced: 0 };

/** What orders can be told apart by. Intervals bear the name of their first day, `YYYY-MM-DD`. */
const groupings = {
  NONE: { group: `''::text`, name: `''::text` },
  STATUS: { group: 'placed.status', name: 'placed.status::text' },
  DAY: interval('day'),
  WEEK: interval('week'),
  MONTH: interval('month'),
} as const;

export type Grouping = keyof typeof groupings;

/**
 * The sums of the orders of each request that have one of the statuses, by group; one statement for all. A group
 * without orders is not there.
 */
export async function sumOrders(
  pool: Pool,
  requests: readonly SalesRequest[],
  statuses: readonly OrderStatus[],
  grouping: Grouping,
): Promise<Map<string, OrderSums>[]> {
  const { group, name } = groupings[grouping];
  // OFFSET 0 keeps the planner from turning look-ups by key into a join, which it plans ruinously while the tables
  // have no statistics.
  const text = `
    SELECT wanted.request, ${name} AS "group", count(*)::int AS "orderCount", sum(placed.total_price) AS amount,
      count(*) FILTER (WHERE placed.total_price = 0)::int AS unpriced
    FROM ${WANTED_PERIODS} CROSS JOIN LATERAL (
      SELECT ordered_at, status, total_price FROM "order" WHERE ${IN_PERIOD} OFFSET 0
    ) AS placed GROUP BY wanted.request, ${group}`;
  const { rows } = await pool.query<OrderSums & { request: number; group: string }>(text, [
    ...valuesOf(requests),
    statuses,
  ]);
  return rowsByRequest(requests, rows).map((sums) => new Map(sums.map((row) => [row.group, row])));
}

function interval(unit: 'day' | 'week' | 'month') {
  const group = `date_trunc('${unit}', placed.ordered_at AT TIME ZONE wanted.time_zone)`;
  return { group, name: `to_char(${group}, 'YYYY-MM-DD')` };
}
