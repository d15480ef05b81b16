import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDate, GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';

import { Prisma } from '../db/generated/prisma/client.ts';

/** `1500` → `1500.00`, `89.9` → `89.90`, `0.1250` → `0.125`: exact, and at least two decimals. */
function decimalText(value: Prisma.Decimal): string {
  return value.toFixed(Math.max(2, value.decimalPlaces()));
}

/** As large and as fine as the columns are: nothing is rounded on the way in either. */
function parseDecimal(value: unknown): Prisma.Decimal {
  if (typeof value === 'string' && /^-?\d{1,14}(\.\d{1,4})?$/.test(value)) return new Prisma.Decimal(value);
  if (Number.isSafeInteger(value)) return parseDecimal(String(value));
  throw new GraphQLError(
    'Expected an exact decimal as text with at most 14 digits before and 4 after the point, such as "1500.00".',
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}

export const DecimalScalar = new GraphQLScalarType<Prisma.Decimal, string>({
  name: 'Decimal',
  description:
    'An exact decimal number as text, such as "1500.00": at least two decimals, never rounded. Do not read it as a float.',
  serialize(value) {
    if (Prisma.Decimal.isDecimal(value)) return decimalText(value);
    throw new TypeError('Expected an exact decimal from the database.');
  },
  parseValue: parseDecimal,
  parseLiteral: (node) =>
    parseDecimal(
      node.kind === Kind.STRING ? node.value : node.kind === Kind.INT ? Number(node.value) : undefined,
    ),
});

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A moment in UTC, to the millisecond, as ISO 8601 text such as "2026-11-21T09:30:00.000Z".',
});

export const DateScalar = new GraphQLScalarType<Date, string>({
  ...GraphQLDate.toConfig(),
  name: 'Date',
  description: 'A day without a time, as ISO 8601 text such as "2026-11-21".',
  serialize(value) {
    if (value instanceof Date) return value.toISOString().slice(0, 10);
    throw new TypeError('Expected a day from the database.');
  },
});

export const SafeIntScalar = new GraphQLScalarType<string | number, string | number>({
  ...GraphQLSafeInt.toConfig(),
  name: 'SafeInt',
  description:
    'A whole number of up to 53 bits: more than `Int` holds, and still exact in JavaScript and JSON.',
  serialize: (value) => GraphQLSafeInt.serialize(typeof value === 'bigint' ? Number(value) : value),
});
