import { getNamedType, getNullableType, isLeafType, isNonNullType, isObjectType } from 'graphql';
import { afterAll, expect, test } from 'vitest';

import { buildSchema } from '../../src/graphql/schema.ts';
import * as tables from '../../src/graphql/tables.ts';
import { createTestDatabase } from '../support/database.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());

/** Types whose rows plans read, by the table they are of. */
const planned = {
  Site: tables.siteTable,
  Painting: tables.paintingTable,
  User: tables.userTable,
  Order: tables.orderTable,
  OrderItem: tables.orderItemTable,
  Exhibition: tables.exhibitionTable,
  CustomRequest: tables.customRequestTable,
};

const columnOf = (field: string) => field.replaceAll(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);

test.each(Object.entries(planned))(
  'no column that %s promises can be null: text with null in it is null, and its row would be lost',
  async (typename, table) => {
    const { rows } = await database.pool.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
       WHERE attrelid = format('%I', $1::text)::regclass AND attnotnull AND attnum > 0`,
      [table.name],
    );
    const never = new Set(rows.map(({ name }) => name));
    const type = buildSchema().getType(typename);
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    const promised = fields.flatMap(({ type: of, extensions: { pothosExposedField } }) =>
      isNonNullType(of) && isLeafType(getNamedType(of)) && typeof pothosExposedField === 'string'
        ? [pothosExposedField]
        : [],
    );
    expect(promised.length).toBeGreaterThan(1);
    expect([...promised, ...table.keys].filter((field) => !never.has(columnOf(field)))).toEqual([]);
  },
);

test('each scalar and enum of these types is one value: a list of them has no text of its own', () => {
  const lists = Object.keys(planned).flatMap((typename) => {
    const type = buildSchema().getType(typename);
    return (isObjectType(type) ? Object.values(type.getFields()) : []).filter(
      ({ type: of, extensions }) =>
        typeof extensions.pothosExposedField === 'string' && !isLeafType(getNullableType(of)),
    );
  });
  expect(lists).toEqual([]);
});
