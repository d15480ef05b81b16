import { badInput } from '../errors.ts';
import { type Sql, join, raw, sql } from './sql.ts';
import { column } from './table.ts';

/** One column that a list is sorted by. Never null; the last ones together are unique. */
export interface SortKey {
  readonly field: string;
  readonly type: keyof typeof keyTypes;
  readonly descending?: true;
}

const VERSION = 1;

const isWithin = (text: string, limit: bigint) =>
  /^-?\d{1,19}$/.test(text) && BigInt(text) <= limit && BigInt(text) >= -limit;

/** A day that no calendar has is no moment, though `Date` would move it to the next month. */
function isMoment(text: string): boolean {
  const [, year = '', rest = ''] = /^(\d{4,6})(-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{3}Z$/.exec(text) ?? [];
  const iso = `${year.length > 4 ? `+${year.padStart(6, '0')}` : year}${rest}Z`;
  const date = new Date(iso);
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso;
}

/** How a sort value is written into a cursor, exactly, and what is accepted when one comes back. */
const keyTypes = {
  int: {
    write: (value: Sql) => sql`${value}::text`,
    accepts: (text: string) => isWithin(text, 2_147_483_647n),
  },
  bigint: {
    write: (value: Sql) => sql`${value}::text`,
    accepts: (text: string) => isWithin(text, 9_223_372_036_854_775_807n),
  },
  uuid: {
    write: (value: Sql) => sql`${value}::text`,
    accepts: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  },
  text: { write: (value: Sql) => value, accepts: (text: string) => !text.includes('\0') },
  // A Date would lose the microseconds, and with them rows.
  timestamptz: {
    write: (value: Sql) => sql`to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    accepts: isMoment,
  },
} as const;

const cursorField = (index: number) => `cursor${index}`;

/** The columns a cursor is made of, beside those of the row. */
export function cursorColumns(order: readonly SortKey[]): Sql {
  const written = order.map(
    (key, index) => sql`${keyTypes[key.type].write(column(key.field))} AS ${raw(`"${cursorField(index)}"`)}`,
  );
  return join(written, ', ');
}

/** A place in the list `kind`: opaque to clients, and of no use in another list or order. */
export function writeCursor(kind: string, order: readonly SortKey[], row: object): string {
  const values = order.map((_, index) => Reflect.get(row, cursorField(index)));
  return Buffer.from(JSON.stringify([VERSION, listName(kind, order), ...values])).toString('base64url');
}

/** The sort values of a place. Throws INVALID_CURSOR for a broken one, or one of another list. */
export function readCursor(kind: string, order: readonly SortKey[], cursor: string): string[] {
  const broken = (why: string) =>
    badInput(
      `Expected a cursor from an earlier answer of this list, got ${why}. Ask for the first page again.`,
      'INVALID_CURSOR',
    );
  const parts = parseCursor(cursor);
  if (parts === undefined) throw broken('text that is no cursor');
  const [version, name, ...values] = parts;
  if (version !== VERSION) throw broken('one of another version');
  if (name !== listName(kind, order)) throw broken('one of another list or order');
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length !== order.length || values.length !== order.length) throw broken('a damaged one');
  if (!order.every((key, index) => keyTypes[key.type].accepts(texts[index] ?? ''))) {
    throw broken('a damaged one');
  }
  return texts;
}

function parseCursor(cursor: string): unknown[] | undefined {
  if (cursor.length > 2_000) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}

const listName = (kind: string, order: readonly SortKey[]) =>
  `${kind}:${order.map((key) => (key.descending ? '-' : '') + key.field).join(',')}`;

/** `ORDER BY`, the other way round to read backwards. */
export function orderBy(order: readonly SortKey[], backwards: boolean): Sql {
  const parts = order.map(
    (key) => sql`${column(key.field)} ${raw(Boolean(key.descending) === backwards ? 'ASC' : 'DESC')}`,
  );
  return sql`ORDER BY ${join(parts, ', ')}`;
}

/** The rows strictly after (or before) a place. It need not hold a row any more. */
export function beyond(order: readonly SortKey[], values: readonly string[], side: 'after' | 'before'): Sql {
  const directions = new Set(order.map((key) => Boolean(key.descending)));
  const value = (index: number) => sql`${values[index]}::${raw(order[index]?.type ?? 'text')}`;
  const sign = (key: SortKey) => raw(Boolean(key.descending) === (side === 'after') ? '<' : '>');
  const [first] = order;
  if (first !== undefined && directions.size === 1) {
    // A row comparison is the one form that PostgreSQL answers with one range of an index.
    const keys = order.map((key) => column(key.field));
    const bounds = order.map((_, index) => value(index));
    return sql`(${join(keys, ', ')}) ${sign(first)} (${join(bounds, ', ')})`;
  }
  const branches = order.map((key, index) => {
    const equal = order.slice(0, index).map((earlier, at) => sql`${column(earlier.field)} = ${value(at)}`);
    return sql`(${join([...equal, sql`${column(key.field)} ${sign(key)} ${value(index)}`], ' AND ')})`;
  });
  return sql`(${join(branches, ' OR ')})`;
}
