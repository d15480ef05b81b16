import { z } from 'zod';
import { kindOf } from '../json/describe.ts';
import { field, report } from './field.ts';
import type { Validated, ValidateOptions } from './issues.ts';
import { given, givenListOf, type KnownFieldsOf } from './known-fields.ts';
import { boughtQuantity, money, optionalId, sourceId } from './numbers.ts';
import { emailField, expectedText, longTextField, shortText } from './text.ts';
import { requiredTime } from './times.ts';
import { validateRow } from './validate.ts';
import { statusCodes, word } from './words.ts';

const status = word({
  words: new Map([
    ['En cours', 'IN_PROGRESS'],
    ['Confirmée', 'CONFIRMED'],
    ['Expédiée', 'SHIPPED'],
    ['Livrée', 'DELIVERED'],
    ['Annulée', 'CANCELLED'],
  ] as const),
  unknown: 'UNKNOWN' as const,
  missing: 'UNKNOWN' as const,
  codes: statusCodes,
});

/** A deleted painting leaves name and image null; v2 gives items no id. */
const OrderItemRow = z.object({
  id: optionalId(),
  painting_id: optionalId(),
  name: shortText('personal'),
  image: shortText('shown'),
  price: money('zero is fine'),
  quantity: boughtQuantity(),
});

/** Bounds the work that one row can ask for. */
const maxItems = 10_000;

const listOrNone = field((value, payload) => {
  if (Array.isArray(value) && value.length <= maxItems) return value;
  if (Array.isArray(value)) {
    report(
      payload,
      value,
      'ITEMS_INVALID',
      `Expected at most ${maxItems} items, got ${value.length}.`,
      false,
    );
  } else if (value === null || value === undefined) {
    report(payload, value, 'ITEMS_MISSING', 'Expected a list of items, got none; read as no items.');
  } else {
    report(payload, value, 'ITEMS_INVALID', `Expected a list of items, got ${kindOf(value)}.`, false);
  }
  return [];
});

/** `GET /api/export/orders`. An issue in an item is an issue of its order: a sum must not silently miss an item. */
const OrderRow = z.object({
  id: sourceId(),
  customer_name: expectedText('NAME_MISSING', 'personal'),
  email: emailField(),
  address: longTextField(),
  user_id: optionalId(),
  total_price: money('zero is odd'),
  status,
  order_date: requiredTime(),
  items: z.pipe(listOrNone, z.array(OrderItemRow)),
});

const orderItemFields = {
  id: given('number', 'V1'),
  order_id: given('number', 'V1'),
  painting_id: given('number'),
  name: given('text'),
  image: given('text'),
  price: given('number'),
  quantity: given('number'),
} satisfies KnownFieldsOf<typeof OrderItemRow>;

/** What an order comes with. */
export const orderFields = {
  id: given('number'),
  customer_name: given('text'),
  email: given('text'),
  address: given('text', 'V1'),
  user_id: given('number', 'V1'),
  total_price: given('number'),
  status: given('text'),
  order_date: given('text'),
  items: givenListOf(orderItemFields),
  site_name: given('text', 'V2'),
} satisfies KnownFieldsOf<typeof OrderRow>;

export type OrderItemRecord = ReturnType<typeof toItem>;
export type OrderRecord = ReturnType<typeof toOrder>;

/** One row of the orders list, of either generation, with its items in their order. */
export function validateOrder(raw: unknown, options: ValidateOptions): Validated<OrderRecord> {
  return validateRow(OrderRow, toOrder, raw, options);
}

function toOrder(row: z.output<typeof OrderRow>) {
  return {
    sourceId: row.id,
    customerName: row.customer_name,
    email: row.email,
    address: row.address,
    userSourceId: row.user_id,
    totalPrice: row.total_price,
    status: row.status.value,
    statusSource: row.status.source,
    orderedAt: row.order_date,
    items: row.items.map(toItem),
  };
}

function toItem(row: z.output<typeof OrderItemRow>) {
  return {
    sourceId: row.id,
    paintingSourceId: row.painting_id,
    name: row.name,
    image: row.image,
    price: row.price,
    quantity: row.quantity,
  };
}
