import type { Order as OrderRow } from '../../db/generated/prisma/client.ts';
import { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { moneySql, neighbourSql, recordSql } from './row-sql.ts';
import { readId, readKey } from '../global-ids.ts';
import { exactText, recordFilter } from '../lists/field-filters.ts';
import { raw } from '../lists/sql.ts';
import { orderTable, userTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import {
  codeField,
  dateTimeField,
  decimalField,
  enumField,
  enumFilter,
  idField,
  siteField,
} from './filter-inputs.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { Money, siteMoney } from './money.ts';
import { User } from './user.ts';
import { recordList } from './record-list.ts';

export const OrderStatusEnum = builder.enumType(OrderStatus, {
  name: 'OrderStatus',
  description: 'How far an order has come.',
  values: {
    IN_PROGRESS: { description: 'Placed, not confirmed yet.' },
    CONFIRMED: { description: 'Confirmed by the gallery.' },
    SHIPPED: { description: 'On its way.' },
    DELIVERED: { description: 'With the customer.' },
    CANCELLED: { description: 'Called off.' },
    UNKNOWN: { description: 'The site says something else: see `statusSource`.' },
  },
});

export const Order = builder.prismaNode('Order', {
  description: 'What a customer bought on a site in one go.',
  interfaces: [MirroredRecord],
  nullable: true,
  id: { resolve: (order) => `${order.siteId}:${order.sourceId}` },
  findUnique: (key) => {
    const [siteId, sourceId] = readKey('Order', key, 'int', 'bigint');
    return { siteId_sourceId: { siteId, sourceId } };
  },
  fields: (t) => ({
    customerName: t.exposeString('customerName', { description: 'The name given with the order.' }),
    email: t.exposeString('email', {
      nullable: true,
      description: 'The e-mail address given with the order.',
    }),
    address: t.exposeString('address', { nullable: true, description: 'Where it is to be delivered.' }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The account it was placed with; null for guests, and for accounts not in the mirror.',
      extensions: { columns: ['userSourceId'], sql: () => neighbourSql(userTable, 'userSourceId') },
      resolve: ({ siteId, userSourceId }, _args, { loaders }) =>
        userSourceId === null ? null : loaders.user.load({ siteId, sourceId: userSourceId }),
    }),
    totalPrice: t.field({
      type: Money,
      description: 'What the customer pays, as the site states it.',
      extensions: { columns: ['totalPrice'], sql: () => moneySql('totalPrice') },
      resolve: (order, _args, context) => siteMoney(context, order.siteId, order.totalPrice),
    }),
    status: t.expose('status', { type: OrderStatusEnum, description: 'How far it has come.' }),
    statusSource: t.exposeString('statusSource', {
      nullable: true,
      description: 'The status in the words of the site; null where it gives none.',
    }),
    orderedAt: t.expose('orderedAt', { type: 'DateTime', description: 'When it was placed.' }),
  }),
});

export const OrderConnection = mirroredConnectionType(Order, 'orders');

const ordersOfUser = raw(`SELECT t.site_id, t.source_id FROM "order" AS t
  WHERE t.site_id = key.site_id AND t.user_source_id = key.source_id`);
const ordersOfPainting = raw(`SELECT t.site_id, t.order_source_id AS source_id FROM order_item AS t
  WHERE t.site_id = key.site_id AND t.painting_source_id = key.source_id`);

const orders = recordList<OrderRow>({
  name: 'Order',
  rows: 'orders',
  table: orderTable,
  filters: {
    site: siteField,
    status: enumField(enumFilter(OrderStatusEnum), 'status', 'order_status', 'How far it has come.'),
    user: idField(
      recordFilter('User', ordersOfUser),
      'The account it was placed with: {equals: "User:1:42"}.',
    ),
    painting: idField(
      recordFilter('Painting', ordersOfPainting),
      'A painting that was bought with it: {equals: "Painting:1:42"}.',
    ),
    email: codeField(exactText('email'), 'The e-mail address given with the order.'),
    orderedAt: dateTimeField('orderedAt', 'When it was placed.'),
    totalPrice: decimalField('totalPrice', 'What the customer pays, in the currency of its site.'),
  },
  sortings: {
    ORDERED_AT: {
      field: 'orderedAt',
      type: 'timestamptz',
      description: 'When they were placed.',
      acrossSites: true,
    },
    TOTAL_PRICE: {
      field: 'totalPrice',
      type: 'numeric',
      description: 'What the customer pays, as a number.',
    },
  },
  usual: { field: 'ORDERED_AT', direction: 'DESC' },
  searched: {
    fields: ['customerName', 'email'],
    description:
      'Only orders in whose customer name or e-mail address each of these words, or its stem, begins a word.',
  },
});

builder.queryFields((t) => ({
  order: t.prismaField({
    type: Order,
    nullable: true,
    description: 'One order, also when it is gone from its site; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Its id, such as "Order:1:42".' }) },
    extensions: { sql: ({ id }) => recordSql('Order', orderTable, id) },
    resolve: (query, _root, { id }, { database }) => {
      const [siteId, sourceId] = readId('Order', id, 'int', 'bigint');
      return database.prisma.order.findUnique({ ...query, where: { siteId_sourceId: { siteId, sourceId } } });
    },
  }),
  orders: t.connection(
    {
      type: Order,
      description: 'Orders of all sites, the newest first.',
      args: orders.args(),
      extensions: { sql: orders.rootSql },
      resolve: (_root, args, context, info) => orders.root(context, info, args),
    },
    OrderConnection,
  ),
}));

builder.prismaObjectField('Site', 'orders', (t) =>
  t.connection(
    {
      type: Order,
      description: 'Its orders, the newest first.',
      args: orders.args(),
      extensions: { columns: [], sql: orders.ofSiteSql },
      resolve: (site, args, context, info) => orders.ofSite(context, info, site, args),
    },
    OrderConnection,
  ),
);
