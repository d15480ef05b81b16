import { setImmediate as nextTurn } from 'node:timers/promises';
import { sortNumber } from '../records/record.ts';
import { isRow } from '../rows/json.ts';
import type { Snapshot } from '../rows/row-list.ts';
import { chunksOf } from './chunks-of.ts';

/** What the statistics say about all orders together. */
export interface OrderTotals {
  readonly items: number;
  readonly delivered: number;
  readonly revenue: number;
}

const ORDERS_A_TURN = 2_000;
const known = new WeakMap<Snapshot, OrderTotals>();

/** Adds up all orders once for each state of the list, letting other requests in between. */
export async function orderTotals(snapshot: Snapshot): Promise<OrderTotals> {
  const found = known.get(snapshot);
  if (found) return found;
  let [items, delivered, cents] = [0, 0, 0];
  for (const orders of chunksOf(snapshot.read(0, Infinity), ORDERS_A_TURN)) {
    for (const order of orders) {
      if (!isRow(order)) continue;
      items += Array.isArray(order['items']) ? order['items'].length : 0;
      delivered += order['status'] === 'Livrée' ? 1 : 0;
      cents += Math.round(sortNumber(order, 'total_price') * 100);
    }
    // oxlint-disable-next-line no-await-in-loop
    await nextTurn();
  }
  const totals = { items, delivered, revenue: cents / 100 };
  known.set(snapshot, totals);
  return totals;
}
