import { createHash } from 'node:crypto';

import { upsertStatement } from '../../db/bulk.ts';
import {
  orderFields,
  validateOrder,
  type OrderItemRecord,
  type OrderRecord,
} from '../../template/contract/order.ts';
import type { EntitySync } from '../entity-sync.ts';
import { syncList } from '../sync-list.ts';
import { recordTable } from '../tombstone.ts';

/** An item as it is stored: with its order and its place in it, since v2 gives items no id. */
interface PlacedItem extends OrderItemRecord {
  orderSourceId: number;
  position: number;
}

/** How its rows are written, by whoever reads one. */
export const statement = upsertStatement<OrderRecord, PlacedItem>(
  'order',
  [{ name: 'source_id', type: 'bigint', of: (order) => order.sourceId }],
  [
    { name: 'customer_name', type: 'text', of: (order) => order.customerName },
    { name: 'email', type: 'text', of: (order) => order.email },
    { name: 'address', type: 'text', of: (order) => order.address },
    { name: 'user_source_id', type: 'bigint', of: (order) => order.userSourceId },
    { name: 'total_price', type: 'numeric', of: (order) => order.totalPrice },
    { name: 'status', type: 'order_status', of: (order) => order.status },
    { name: 'status_source', type: 'text', of: (order) => order.statusSource },
    { name: 'ordered_at', type: 'timestamptz', of: (order) => order.orderedAt },
    { name: 'items_digest', type: 'text', of: (order) => digestOf(order.items) },
  ],
  {
    table: 'order_item',
    columns: [
      { name: 'order_source_id', type: 'bigint', of: (item) => item.orderSourceId },
      { name: 'position', type: 'int', of: (item) => item.position },
      { name: 'source_id', type: 'bigint', of: (item) => item.sourceId },
      { name: 'painting_source_id', type: 'bigint', of: (item) => item.paintingSourceId },
      { name: 'name', type: 'text', of: (item) => item.name },
      { name: 'image', type: 'text', of: (item) => item.image },
      { name: 'price', type: 'numeric', of: (item) => item.price },
      { name: 'quantity', type: 'int', of: (item) => item.quantity },
    ],
    of: (order) =>
      order.items.map((item, position) => ({ ...item, orderSourceId: order.sourceId, position })),
  },
);

/** Tells whether any item differs. Not a matter of secrecy: any hash without accidental collisions will do. */
function digestOf(items: readonly OrderItemRecord[]): string {
  const values = items.map((item) => [
    item.sourceId,
    item.paintingSourceId,
    item.name,
    item.image,
    item.price,
    item.quantity,
  ]);
  return createHash('sha1').update(JSON.stringify(values)).digest('base64url');
}

export const orders: EntitySync = {
  entity: 'ORDERS',
  table: recordTable(statement.table),
  expected: (stats) => stats.orders,
  sync: (context) =>
    syncList(context, {
      entity: 'ORDERS',
      paged: true,
      read: ({ template, site, signal }, window) => template.list(site, 'orders', { ...window, signal }),
      validate: validateOrder,
      fields: orderFields,
      statement,
    }),
};
