import { Decimal } from '@prisma/client/runtime/client';
import type { ClientBase } from 'pg';

import { upsert, type Upsert } from '../../../src/db/bulk.ts';
import type { Database } from '../../../src/db/client.ts';
import { statement as orderStatement } from '../../../src/sync/entities/orders.ts';
import { statement as paintingStatement } from '../../../src/sync/entities/paintings.ts';
import { statement as userStatement } from '../../../src/sync/entities/users.ts';
import type { Validated, ValidateOptions } from '../../../src/template/contract/issues.ts';
import { validateOrder } from '../../../src/template/contract/order.ts';
import { validatePainting } from '../../../src/template/contract/painting.ts';
import { validateUser } from '../../../src/template/contract/user.ts';
import type { List } from './history.ts';

/** One mirrored list: what the mirror holds of a row that was read, and what it does hold. */
interface Mirrored {
  nameColumn: string;
  table: string;
  /** Null where the row breaks the contract. */
  recordOf(answer: unknown): { sourceId: number } | null;
  /** Writes one row as it was read at a time, beside any sync. */
  write(client: ClientBase, siteId: number, observedAt: Date, answer: unknown): Promise<void>;
  read(
    database: Database,
    siteId: number,
  ): Promise<({ sourceId: bigint; deletedAt: Date | null } & object)[]>;
}

function mirroredList<Row extends { sourceId: number }>(
  nameColumn: string,
  validate: (raw: unknown, options: ValidateOptions) => Validated<Row>,
  statement: Upsert<Row>,
  read: Mirrored['read'],
): Mirrored {
  const recordOf = (answer: unknown) => validate(answer, { strict: false }).record;
  return {
    nameColumn,
    table: statement.table,
    recordOf,
    read,
    async write(client, siteId, observedAt, answer) {
      const record = recordOf(answer);
      if (record !== null) await upsert(client, statement, siteId, observedAt, [record]);
    },
  };
}

export const mirrored: Record<List, Mirrored> = {
  paintings: mirroredList('name', validatePainting, paintingStatement, ({ prisma }, siteId) =>
    prisma.painting.findMany({ where: { siteId } }),
  ),
  users: mirroredList('name', validateUser, userStatement, ({ prisma }, siteId) =>
    prisma.user.findMany({ where: { siteId } }),
  ),
  orders: mirroredList('customer_name', validateOrder, orderStatement, ({ prisma }, siteId) =>
    prisma.order.findMany({ where: { siteId }, include: { items: { orderBy: { position: 'asc' } } } }),
  ),
};

const TIMES = new Set(['createdAt', 'orderedAt']);
const AMOUNTS = new Set(['price', 'totalPrice']);

/** A record as it was read, with the numbers and times that its text stands for. */
export function plainRecord(record: object): Record<string, unknown> {
  return mapFields(record, (name, value) => {
    if (TIMES.has(name) && typeof value === 'string') return Date.parse(value);
    return AMOUNTS.has(name) ? Number(value) : value;
  });
}

/** The same fields of a row of the mirror. */
export function plainRow(row: object, like: object): Record<string, unknown> {
  const all = new Map(Object.entries(row));
  return mapFields(
    Object.fromEntries(Object.keys(like).map((name) => [name, all.get(name)])),
    (_name, value) => {
      if (typeof value === 'bigint' || Decimal.isDecimal(value)) return Number(value);
      return value instanceof Date ? value.getTime() : value;
    },
  );
}

const ITEM_FIELDS = ['sourceId', 'paintingSourceId', 'name', 'image', 'price', 'quantity'];

function mapFields(record: object, of: (name: string, value: unknown) => unknown): Record<string, unknown> {
  const fields = Object.entries(record).map(([name, value]: [string, unknown]) => {
    if (!Array.isArray(value)) return [name, of(name, value)];
    const items = value.map((item: object) => {
      const values = Object.entries(item).filter(([field]) => ITEM_FIELDS.includes(field));
      return mapFields(Object.fromEntries(values), of);
    });
    return [name, items];
  });
  return Object.fromEntries(fields);
}
