import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { arrayLiteral, upsert, upsertStatement } from '../../src/db/bulk.ts';
import { transaction, type Database } from '../../src/db/client.ts';
import { createTestDatabase, untilWaitingForLock } from '../support/database.ts';

let database: Database;
let siteId: number;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await database.prisma.site.deleteMany();
  siteId = (
    await database.prisma.site.create({ data: { name: 'n', url: 'http://a.example', sealedKey: 's' } })
  ).id;
});

const texts = [
  'plain',
  '',
  ' ',
  'NULL',
  'null',
  '"quoted"',
  'back\\slash',
  '\\"',
  'a,b',
  '{braces}',
  "it's",
  '\\N',
  'line\nfeed',
  'tab\there',
  'é',
  '日本語',
  '🎨',
  '\u{10FFFF}',
  '\u2028',
  '\u0001',
  '$1',
  '%s',
  '{"json": [1, 2]}',
];

describe('an array as text', () => {
  const roundTrip = async (
    values: readonly (string | number | boolean | null)[],
    type: string,
  ): Promise<unknown[]> => {
    const literal = arrayLiteral(values, (value) => value);
    const { rows } = await database.pool.query<{ value: unknown }>(
      `SELECT value FROM unnest($1::${type}[]) WITH ORDINALITY AS given (value, place) ORDER BY place`,
      [literal],
    );
    return rows.map(({ value }) => value);
  };

  it('comes back from PostgreSQL as it went, text by text', async () => {
    expect(await roundTrip(texts, 'text')).toEqual(texts);
  });

  it.each(texts.map((text) => [text]))('comes back alone and among nulls: %j', async (text) => {
    expect(await roundTrip([text], 'text')).toEqual([text]);
    expect(await roundTrip([null, text, null], 'text')).toEqual([null, text, null]);
  });

  it('keeps numbers and truth values', async () => {
    expect(await roundTrip([0, -1, 2_147_483_647, null], 'int')).toEqual([0, -1, 2_147_483_647, null]);
    expect(await roundTrip([Number.MAX_SAFE_INTEGER, 0], 'bigint')).toEqual(['9007199254740991', '0']);
    expect(await roundTrip(['0.1', '99999999999999.9999'], 'numeric')).toEqual([
      '0.1',
      '99999999999999.9999',
    ]);
    expect(await roundTrip([true, false, null], 'boolean')).toEqual([true, false, null]);
  });

  it('is empty where no row has a value: unnest fills it up', () => {
    expect(arrayLiteral([null, null], (value) => value)).toBe('{}');
    expect(arrayLiteral([], (value: string) => value)).toBe('{}');
  });
});

interface Setting {
  key: string;
  value: string | null;
}
const settings = upsertStatement<Setting>(
  'site_setting',
  [{ name: 'key', type: 'text', of: (row) => row.key }],
  [
    { name: 'value', type: 'text', of: (row) => row.value },
    { name: 'secret', type: 'boolean', of: () => false },
    { name: 'is_set', type: 'boolean', of: (row) => row.value !== null },
  ],
);

interface Order {
  id: number;
  digest: string;
  items: { owner: number; place: number; price: string }[];
}
const orders = upsertStatement<Order, Order['items'][number]>(
  'order',
  [{ name: 'source_id', type: 'bigint', of: (row) => row.id }],
  [
    { name: 'customer_name', type: 'text', of: () => 'n' },
    { name: 'total_price', type: 'numeric', of: () => '1' },
    { name: 'status', type: 'order_status', of: () => 'UNKNOWN' },
    { name: 'ordered_at', type: 'timestamptz', of: () => '2026-01-01' },
    { name: 'items_digest', type: 'text', of: (row) => row.digest },
  ],
  {
    table: 'order_item',
    columns: [
      { name: 'order_source_id', type: 'bigint', of: (item) => item.owner },
      { name: 'position', type: 'int', of: (item) => item.place },
      { name: 'price', type: 'numeric', of: (item) => item.price },
      { name: 'quantity', type: 'int', of: () => 1 },
    ],
    of: (row) => row.items,
  },
);
const order = (id: number, digest: string, ...prices: string[]): Order => ({
  id,
  digest,
  items: prices.map((price, place) => ({ owner: id, place, price })),
});

const JANUARY = new Date('2026-01-01T00:00:00.000Z');
const FEBRUARY = new Date('2026-02-01T00:00:00.000Z');
const write = (at: Date, ...rows: Setting[]) =>
  transaction(database.pool, (client) => upsert(client, settings, siteId, at, rows));
const writeOrders = (at: Date, ...rows: Order[]) =>
  transaction(database.pool, (client) => upsert(client, orders, siteId, at, rows));
const stored = () => database.prisma.siteSetting.findMany({ where: { siteId }, orderBy: { key: 'asc' } });
const items = async () =>
  (
    await database.prisma.orderItem.findMany({ orderBy: [{ orderSourceId: 'asc' }, { position: 'asc' }] })
  ).map(({ orderSourceId, position, price }) => `${orderSourceId}.${position} ${price.toString()}`);

describe('writing a page', () => {
  it('counts what is new, what changed and what did not', async () => {
    expect(
      await write(JANUARY, { key: 'a', value: '1' }, { key: 'b', value: '2' }, { key: 'c', value: null }),
    ).toEqual({
      created: 3,
      updated: 0,
      unchanged: 0,
    });

    const counts = await write(
      FEBRUARY,
      { key: 'a', value: '1' },
      { key: 'b', value: null },
      { key: 'd', value: '' },
    );

    expect(counts).toEqual({ created: 1, updated: 1, unchanged: 1 });
    expect((await stored()).map(({ key, value, observedAt }) => [key, value, observedAt])).toEqual([
      ['a', '1', JANUARY], // observed when its content came
      ['b', null, FEBRUARY],
      ['c', null, JANUARY],
      ['d', '', FEBRUARY],
    ]);
  });

  it('keeps every text as it is', async () => {
    await write(JANUARY, ...texts.map((value, place) => ({ key: `k${place}`, value })));

    const values = new Map((await stored()).map(({ key, value }) => [key, value]));
    expect(texts.map((_, place) => values.get(`k${place}`))).toEqual(texts);
  });

  it('never lets older data replace newer', async () => {
    await write(FEBRUARY, { key: 'a', value: 'new' });

    expect(await write(JANUARY, { key: 'a', value: 'old' })).toEqual({
      created: 0,
      updated: 0,
      unchanged: 1,
    });

    expect(await stored()).toMatchObject([{ value: 'new', observedAt: FEBRUARY }]);
  });

  it('revives a row that comes back, also unchanged', async () => {
    await write(JANUARY, { key: 'a', value: '1' });
    await database.prisma.siteSetting.updateMany({ data: { deletedAt: JANUARY } });

    expect(await write(FEBRUARY, { key: 'a', value: '1' })).toEqual({ created: 0, updated: 1, unchanged: 0 });

    expect(await stored()).toMatchObject([{ deletedAt: null, observedAt: FEBRUARY }]);
  });

  it('touches no row of another site', async () => {
    await write(JANUARY, { key: 'a', value: '1' });
    const other = await database.prisma.site.create({
      data: { name: 'n', url: 'http://b.example', sealedKey: 's' },
    });

    const counts = await transaction(database.pool, (client) =>
      upsert(client, settings, other.id, FEBRUARY, [{ key: 'a', value: '2' }]),
    );

    expect(counts).toEqual({ created: 1, updated: 0, unchanged: 0 });
    expect(await stored()).toMatchObject([{ value: '1' }]);
  });

  it('of no rows asks the database nothing', async () => {
    expect(await write(JANUARY)).toEqual({ created: 0, updated: 0, unchanged: 0 });
  });

  it('is undone as a whole when its transaction fails', async () => {
    const failing = transaction(database.pool, async (client) => {
      await upsert(client, settings, siteId, JANUARY, [{ key: 'a', value: '1' }]);
      throw new Error('the page failed');
    });

    await expect(failing).rejects.toThrow('the page failed');
    expect(await stored()).toEqual([]);
  });
});

describe('writing rows with children', () => {
  it('writes, shortens and empties them with their owner', async () => {
    await writeOrders(JANUARY, order(1, 'a', '1', '2', '3'), order(2, 'b', '4'), order(3, 'c'));
    expect(await items()).toEqual(['1.0 1', '1.1 2', '1.2 3', '2.0 4']);

    const counts = await writeOrders(FEBRUARY, order(1, 'A', '9'), order(2, 'B'), order(3, 'C', '5', '6'));

    expect(counts).toEqual({ created: 0, updated: 3, unchanged: 0 });
    expect(await items()).toEqual(['1.0 9', '3.0 5', '3.1 6']);
  });

  it('leaves them alone where their owner was not written', async () => {
    await writeOrders(FEBRUARY, order(1, 'a', '1', '2'), order(2, 'b', '3'));

    expect(await writeOrders(JANUARY, order(1, 'older', '9'))).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await writeOrders(FEBRUARY, order(2, 'b', '9'))).toMatchObject({ updated: 0, unchanged: 1 });

    expect(await items()).toEqual(['1.0 1', '1.1 2', '2.0 3']);
  });

  it('leaves those of rows that are not on the page alone', async () => {
    await writeOrders(JANUARY, order(1, 'a', '1'), order(2, 'b', '2'));

    await writeOrders(FEBRUARY, order(2, 'c'));

    expect(await items()).toEqual(['1.0 1']);
  });
});

describe('a table without a foreign key to its site', () => {
  it('gets no rows of a site that is gone', async () => {
    await database.prisma.site.deleteMany();
    await expect(writeOrders(JANUARY, order(1, 'a'))).rejects.toThrow('null value in column "site_id"');
  });

  it('keeps no rows of a site that was deleted while they were written', async () => {
    let deletion: Promise<unknown> = Promise.resolve();
    await transaction(database.pool, async (client) => {
      await upsert(client, orders, siteId, JANUARY, [order(1, 'a', '1')]);
      deletion = Promise.resolve(database.prisma.site.deleteMany());
      await untilWaitingForLock(database);
    });
    await deletion;
    expect(await database.prisma.order.count()).toBe(0);
    expect(await items()).toEqual([]);
  });
});
