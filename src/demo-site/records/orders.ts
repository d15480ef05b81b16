import { columns } from '../rows/columns.ts';
import type { Row } from '../rows/json.ts';
import { momentOf, stampText } from './dates.ts';
import { paintingPrice } from './paintings.ts';
import { emailOf, personName, postalAddress } from './people.ts';
import { mix, pick } from './random.ts';
import {
  idAscending,
  idDescending,
  sortNumber,
  type BaseOrder,
  type Gallery,
  type RecordKind,
} from './record.ts';

const STATUSES = ['En cours', 'Confirmée', 'Expédiée', 'Livrée', 'Livrée', 'Annulée'] as const;
/** Paintings that orders still name although they were deleted long ago. */
const FIRST_DELETED_PAINTING = 90_000_000;

function makeItems(gallery: Gallery, id: number): Row[] {
  const hash = mix(gallery.seed, 21, id);
  const items: Row[] = [];
  for (let index = 0; index < hash % 6; index++) {
    const choice = mix(gallery.seed, 22, id * 8 + index);
    const stock = gallery.counts.paintings;
    const isDeleted = stock === 0 || choice % 14 === 0;
    const paintingId = isDeleted ? FIRST_DELETED_PAINTING + (choice % 1000) : (choice % stock) + 1;
    items.push({
      id: id * 8 + index,
      order_id: id,
      painting_id: paintingId,
      price: paintingPrice(gallery, paintingId),
      quantity: choice % 9 === 0 ? 2 : 1,
    });
  }
  return items;
}

function sum(items: readonly Row[]): number {
  let cents = 0;
  for (const item of items)
    cents += Math.round(sortNumber(item, 'price') * 100) * sortNumber(item, 'quantity');
  return cents / 100;
}

/** One order in nine was placed in the same moment as the one before it: upstream has no tie-break. */
function placedAt(gallery: Gallery, id: number): number {
  return momentOf(id > 1 && mix(gallery.seed, 23, id) % 9 === 0 ? id - 1 : id);
}

function make(gallery: Gallery, id: number): Row {
  const hash = mix(gallery.seed, 24, id);
  const items = makeItems(gallery, id);
  const total = sum(items);
  return {
    address: postalAddress(hash >>> 5),
    customer_name: personName(hash),
    email: emailOf(gallery.seed, hash % 5000),
    id,
    items,
    order_date: stampText(placedAt(gallery, id), gallery.generation),
    site_name: gallery.name,
    status: pick(STATUSES, hash >>> 7),
    // Some were discounted by hand.
    total_price: hash % 41 === 0 ? Math.floor(total * 0.9) : total,
    user_id: hash % 4 === 0 || gallery.counts.users === 0 ? null : (hash % gallery.counts.users) + 1,
  };
}

function dateOf(row: Row): string {
  const value = row['order_date'];
  return typeof value === 'string' ? value : '';
}

function order(gallery: Gallery): BaseOrder {
  if (gallery.generation === 'v1') return idAscending;
  const newestFirst = idDescending(gallery.counts.orders);
  return {
    ...newestFirst,
    compare(left, right) {
      const [leftDate, rightDate] = [dateOf(left), dateOf(right)];
      if (leftDate !== rightDate) return leftDate < rightDate ? 1 : -1;
      return newestFirst.compare(left, right);
    },
  };
}

export const orderItemColumns = columns('id order_id painting_id price~ quantity');

export const orders: RecordKind = {
  entity: 'orders',
  path: 'orders',
  table: 'orders',
  defaultLimit: 100,
  hasCount: true,
  columns: {
    v1: columns('address customer_name email id items order_date status total_price~ user_id', {
      items: columns('id image name order_id painting_id price~ quantity'),
    }),
    v2: columns('customer_name email id items order_date site_name status total_price~', {
      items: columns('image name painting_id price~ quantity'),
    }),
  },
  tableColumns: columns('address customer_name email id order_date status total_price~ user_id'),
  make,
  order,
};
