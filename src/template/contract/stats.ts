import { z } from 'zod';
import { field, report } from './field.ts';
import type { RecordIssue } from './issues.ts';
import { given, type KnownFieldsOf } from './known-fields.ts';
import { figure, isMoney, readMoney } from './numbers.ts';
import { issuesOf, runSchema } from './validate.ts';

export interface StatsRecord {
  paintings: number | null;
  users: number | null;
  orders: number | null;
  exhibitions: number | null;
  customRequests: number | null;
  deliveredOrders: number | null;
  /** A decimal text of at most four decimals. */
  totalRevenue: string | null;
}

/** `stats` of `GET /api/export/stats`; v1 counts no users. */
const StatsRow = z.object({
  paintings_count: figure(),
  users_count: figure(),
  orders_count: figure(),
  exhibitions_count: figure(),
  custom_requests_count: figure(),
  delivered_orders: figure(),
  total_revenue: field((value, payload) => {
    if (value === null || value === undefined) return null;
    if (isMoney(value)) return readMoney(value, payload);
    report(payload, value, 'FIGURE_UNREADABLE', 'Expected a sum of 0 or more; kept as unknown.');
    return null;
  }),
});

/** What the statistics come with, figures of no interest here included. */
export const statsFields = {
  paintings_count: given('number'),
  orders_count: given('number'),
  exhibitions_count: given('number'),
  custom_requests_count: given('number'),
  delivered_orders: given('number'),
  total_revenue: given('number'),
  order_items_count: given('number'),
  settings_count: given('number'),
  notifications_count: given('number'),
  carts_count: given('number'),
  cart_items_count: given('number'),
  saas_sites_count: given('number'),
  users_count: given('number', 'V2'),
  stripe_events_count: given('number', 'V2'),
} satisfies KnownFieldsOf<typeof StatsRow>;

/** What the site says it holds. A figure that cannot be read is null, with a warning; nothing here is rejected. */
export function validateStats(raw: object): { record: StatsRecord; issues: RecordIssue[] } {
  const { value: row, issues } = runSchema(StatsRow, raw);
  const record = {
    paintings: row.paintings_count,
    users: row.users_count,
    orders: row.orders_count,
    exhibitions: row.exhibitions_count,
    customRequests: row.custom_requests_count,
    deliveredOrders: row.delivered_orders,
    totalRevenue: row.total_revenue,
  };
  return { record, issues: issuesOf(issues, { strict: false }) };
}
