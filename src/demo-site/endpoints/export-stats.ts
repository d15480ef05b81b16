import { json } from '../answer.ts';
import { rawJson, type Row } from '../rows/json.ts';
import { checkKey } from './check-key.ts';
import { orderTotals } from './order-totals.ts';
import type { Handler } from './site.ts';

/** `GET /api/export/stats`: the only place where upstream says how many rows there are. */
export const exportStats: Handler = async (site, request) => {
  const refusal = checkKey(site, request);
  if (refusal) return refusal;
  const { rows, settings } = site;
  const totals = await orderTotals(rows.snapshot('orders'));
  const stats: Record<string, number> = {
    cart_items_count: 0,
    carts_count: 1,
    custom_requests_count: rows.count('customRequests'),
    delivered_orders: totals.delivered,
    exhibitions_count: rows.count('exhibitions'),
    notifications_count: rows.count('customRequests'),
    order_items_count: totals.items,
    orders_count: rows.count('orders'),
    paintings_count: rows.count('paintings'),
    saas_sites_count: 0,
    settings_count: settings.size,
    ...(site.gallery.generation === 'v2' && { stripe_events_count: 0, users_count: rows.count('users') }),
  };
  for (const fault of request.faults) {
    if (fault.kind !== 'stats-wrong') continue;
    for (const name of Object.keys(stats))
      if (name.endsWith('_count')) stats[name] = (stats[name] ?? 0) + fault.by;
    Object.assign(stats, fault.counts);
  }
  const revenue = Number.isInteger(totals.revenue) ? `${totals.revenue}.0` : String(totals.revenue);
  const answered: Row = { ...stats, total_revenue: rawJson(revenue) };
  return json(200, { stats: answered, success: true, timestamp: timestamp() });
};

/** `2026-11-20T23:54:34.760394`: local time without a zone, as Python's isoformat. */
export function timestamp(): string {
  return new Date().toISOString().replace('Z', '000');
}
