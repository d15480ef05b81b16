import { jsonBody, type Chunk } from '../answer.ts';
import { orderItemColumns } from '../records/orders.ts';
import { recordKinds } from '../records/index.ts';
import type { Entity } from '../records/record.ts';
import { columns } from '../rows/columns.ts';
import { isRow, type ListItem, type Row } from '../rows/json.ts';
import { checkKey } from './check-key.ts';
import { chunksOf } from './chunks-of.ts';
import { itemTexts } from './export-list.ts';
import { timestamp } from './export-stats.ts';
import { orderTotals } from './order-totals.ts';
import type { Handler, Site } from './site.ts';

const ROWS_A_CHUNK = 500;
const cartColumns = columns('id session_id user_id');
const notificationColumns = columns('created_at id is_read message type url user_id');
const settingColumns = columns('id key value');

/** `GET /api/export/full`: every table as it is, password hashes and secrets included (all of them invented). */
export const exportFull: Handler = async (site, request) => {
  const refusal = checkKey(site, request);
  if (refusal) return refusal;
  const { rows, settings, gallery } = site;
  const isV2 = gallery.generation === 'v2';
  const totals = await orderTotals(rows.snapshot('orders'));

  const table = (entity: Entity) => {
    const snapshot = rows.snapshot(entity);
    const chosen = snapshot.isRaw ? undefined : recordKinds[entity].tableColumns;
    return { rows: snapshot.read(0, Infinity), count: snapshot.count, columns: chosen };
  };
  const empty = { rows: [], count: 0, columns: cartColumns };
  const cart = { id: 1, session_id: '464b9172-e92d-42b2-b036-2b0dc6fda8dd', user_id: 1 };
  const tables = {
    cart_items: empty,
    carts: { rows: [cart], count: 1, columns: cartColumns },
    custom_requests: table('customRequests'),
    exhibitions: table('exhibitions'),
    notifications: {
      rows: notifications(site),
      count: rows.count('customRequests'),
      columns: notificationColumns,
    },
    order_items: { rows: orderItems(site), count: totals.items, columns: orderItemColumns },
    orders: table('orders'),
    paintings: table('paintings'),
    saas_sites: empty,
    settings: {
      rows: [...settings].map(([key, value], index) => ({ id: index + 1, key, value })),
      count: settings.size,
      columns: settingColumns,
    },
    ...(isV2 && { stripe_events: empty, users: table('users') }),
  };
  const all = Object.values(tables);
  const tail = {
    success: true,
    tables_count: all.length,
    timestamp: timestamp(),
    total_records: all.reduce((sum, { count }) => sum + count, 0),
  };

  function* body(): Generator<Chunk> {
    let open = '{"data":{';
    for (const [name, content] of Object.entries(tables)) {
      yield `${open}"${name}":[`;
      let separator = '';
      for (const items of chunksOf<ListItem>(content.rows, ROWS_A_CHUNK)) {
        yield separator;
        yield* itemTexts(items, content.columns);
        separator = ',';
      }
      open = '],';
    }
    yield `]},${JSON.stringify(tail).slice(1)}\n`;
  }
  return jsonBody(body());
};

function* orderItems(site: Site): Generator<ListItem> {
  for (const order of site.rows.all('orders')) {
    if (isRow(order) && Array.isArray(order['items'])) yield* order['items'];
  }
}

function* notifications(site: Site): Generator<Row> {
  let id = 0;
  for (const wish of site.rows.all('customRequests')) {
    const client = isRow(wish) && typeof wish['client_name'] === 'string' ? wish['client_name'] : '';
    yield {
      created_at: (isRow(wish) ? wish['created_at'] : null) ?? null,
      id: ++id,
      is_read: 0,
      message: `Nouvelle demande de création sur mesure de ${client}`,
      type: 'custom_request',
      url: '/admin/custom-requests',
      user_id: null,
    };
  }
}
