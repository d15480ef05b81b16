import type { Order as OrderRow, OrderItem as OrderItemRow } from '../../db/generated/prisma/client.ts';
import { builder } from '../builder.ts';
import { moneySql, neighbourSql } from './row-sql.ts';
import { readKey } from '../global-ids.ts';
import { nestedConnection } from '../lists/connection.ts';
import type { NestedList } from '../lists/list.ts';
import { raw } from '../lists/sql.ts';
import { orderItemTable, paintingTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import { Money, siteMoney } from './money.ts';
import { Painting } from './painting.ts';

const OrderItem = builder.prismaNode('OrderItem', {
  description: 'One line of an order.',
  nullable: true,
  id: { resolve: (item) => `${item.siteId}:${item.orderSourceId}:${item.position}` },
  findUnique: (key) => {
    const [siteId, orderSourceId, position] = readKey('OrderItem', key, 'int', 'bigint', 'int');
    return { siteId_orderSourceId_position: { siteId, orderSourceId, position } };
  },
  fields: (t) => ({
    sourceId: t.expose('sourceId', {
      type: 'SafeInt',
      nullable: true,
      description: 'Its id on its own site; null where the site gives lines no id.',
    }),
    position: t.exposeInt('position', { description: 'Its place in the order, counted from 0.' }),
    painting: t.field({
      type: Painting,
      nullable: true,
      description:
        'The painting bought, also when it is gone from its site by now; null where the mirror has none.',
      extensions: {
        columns: ['paintingSourceId'],
        sql: () => neighbourSql(paintingTable, 'paintingSourceId'),
      },
      resolve: ({ siteId, paintingSourceId }, _args, { loaders }) =>
        paintingSourceId === null ? null : loaders.painting.load({ siteId, sourceId: paintingSourceId }),
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'The title at the time of the order; null where the site does not keep it.',
    }),
    image: t.exposeString('image', {
      nullable: true,
      description: 'The picture at the time of the order, as the site names it.',
    }),
    price: t.field({
      type: Money,
      description: 'The price of one, at the time of the order.',
      extensions: { columns: ['price'], sql: () => moneySql('price') },
      resolve: (item, _args, context) => siteMoney(context, item.siteId, item.price),
    }),
    quantity: t.exposeInt('quantity', { description: 'How many were bought.' }),
  }),
});

const OrderItemConnection = mirroredConnectionType(OrderItem, 'order lines');

const keysOfOrder = {
  keys: ['siteId', 'sourceId'],
  rows: raw('t.site_id = parent.key0 AND t.order_source_id = parent.key1'),
};

const itemsOfOrder: NestedList<OrderRow> = {
  kind: 'Order.items',
  table: orderItemTable,
  order: [{ field: 'position', type: 'int' }],
  parentKeys: [
    { type: 'int', of: (order) => order.siteId },
    { type: 'bigint', of: (order) => order.sourceId },
  ],
  rows: keysOfOrder.rows,
  sitesOf: (order) => order.siteId,
};

builder.prismaObjectField('Order', 'items', (t) =>
  t.connection(
    {
      type: OrderItem,
      description: 'Its lines, in the order of the site.',
      extensions: {
        columns: [],
        sql: (args) => ({ kind: 'list', list: itemsOfOrder, parent: keysOfOrder, args, conditions: [] }),
      },
      resolve: (order, args, context, info) =>
        nestedConnection<OrderRow, OrderItemRow>(context, info, itemsOfOrder, order, args, []),
    },
    OrderItemConnection,
  ),
);
