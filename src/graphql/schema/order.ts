import type { Order as OrderRow, Site as SiteRow } from '../../db/generated/prisma/client.ts';
import { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readId, readKey } from '../global-ids.ts';
import { ofSite, unlessDeleted, withStatus } from '../lists/conditions.ts';
import { nestedConnection, rootConnection } from '../lists/connection.ts';
import { type List, listOfSite } from '../lists/list.ts';
import { orderTable } from '../tables.ts';
import { connectionType } from './connection-type.ts';
import { includeDeletedArg, siteIdArg } from './list-arguments.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { Money, siteMoney } from './money.ts';
import { User } from './user.ts';

const OrderStatusEnum = builder.enumType(OrderStatus, {
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

const Order = builder.prismaNode('Order', {
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
      extensions: { columns: ['userSourceId'] },
      resolve: ({ siteId, userSourceId }, _args, { loaders }) =>
        userSourceId === null ? null : loaders.user.load({ siteId, sourceId: userSourceId }),
    }),
    totalPrice: t.field({
      type: Money,
      description: 'What the customer pays, as the site states it.',
      extensions: { columns: ['totalPrice'] },
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

const OrderConnection = connectionType(Order, 'orders');

const orders: List = {
  kind: 'orders',
  table: orderTable,
  order: [
    { field: 'orderedAt', type: 'timestamptz', descending: true },
    { field: 'siteId', type: 'int', descending: true },
    { field: 'sourceId', type: 'bigint', descending: true },
  ],
};

const ordersOfSite = listOfSite('Site.orders', orderTable, [
  { field: 'orderedAt', type: 'timestamptz', descending: true },
  { field: 'sourceId', type: 'bigint', descending: true },
]);

const statusArg = () =>
  builder.args((t) => ({
    status: t.field({ type: OrderStatusEnum, description: 'Only those with this status.' }),
  }));

builder.queryFields((t) => ({
  order: t.prismaField({
    type: Order,
    nullable: true,
    description: 'One order, also when it is gone from its site; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Its id, such as "Order:1:42".' }) },
    resolve: (query, _root, { id }, { database }) => {
      const [siteId, sourceId] = readId('Order', id, 'int', 'bigint');
      return database.prisma.order.findUnique({ ...query, where: { siteId_sourceId: { siteId, sourceId } } });
    },
  }),
  orders: t.connection(
    {
      type: Order,
      description: 'Orders of all sites, the newest first.',
      args: { ...siteIdArg(), ...statusArg(), ...includeDeletedArg() },
      resolve: (_root, args, context, info) =>
        rootConnection<OrderRow>(context, info, orders, args, [
          ...ofSite(args.siteId),
          ...withStatus(args.status, 'order_status'),
          ...unlessDeleted(args.includeDeleted),
        ]),
    },
    OrderConnection,
  ),
}));

builder.prismaObjectField('Site', 'orders', (t) =>
  t.connection(
    {
      type: Order,
      description: 'Its orders, the newest first.',
      args: { ...statusArg(), ...includeDeletedArg() },
      extensions: { columns: [] },
      resolve: (site, args, context, info) =>
        nestedConnection<SiteRow, OrderRow>(context, info, ordersOfSite, site, args, [
          ...withStatus(args.status, 'order_status'),
          ...unlessDeleted(args.includeDeleted),
        ]),
    },
    OrderConnection,
  ),
);
