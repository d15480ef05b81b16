import { createHmac } from 'node:crypto';

import { z } from 'zod';

import { badInput } from '../errors.ts';
import { type Sql, join, raw, sql } from './sql.ts';
import { column } from './table.ts';

/** One column that a list is sorted by. All columns of an order go the same way; the last ones together are unique. */
export interface SortKey {
  readonly field: string;
  readonly type: 'int' | 'bigint' | 'uuid' | 'numeric' | 'date' | 'timestamptz' | 'text';
  readonly descending?: true;
  /** What rows without a value are sorted as: more than any value there is. An index must have it so, too. */
  readonly whenNull?: 'infinity';
}

/** The sort values of a place, as PostgreSQL writes them. */
export type Place = readonly string[];

const VERSION = 1;
const TAG_LENGTH = 11; // 64 bits in base64url

const valueOf = ({ field, type, whenNull }: SortKey): Sql =>
  whenNull === undefined ? column(field) : sql`coalesce(${column(field)}, ${raw(`'${whenNull}'::${type}`)})`;

const cursorField = (index: number) => `cursor${index}`;

/** The place of a row as a JSON array of texts, of which a cursor is made. */
export const placeJson = (order: readonly SortKey[]): Sql =>
  sql`json_build_array(${join(
    order.map((key) => sql`${valueOf(key)}::text`),
    ', ',
  )})::text`;

/** The columns a cursor is made of, beside those of the row. */
export function cursorColumns(order: readonly SortKey[]): Sql {
  // As text, since a Date would lose the microseconds, and with them rows.
  const written = order.map((key, index) => sql`${valueOf(key)}::text AS ${raw(`"${cursorField(index)}"`)}`);
  return join(written, ', ');
}

/**
 * A place in the list `kind`: opaque to clients, and of no use in another list or order.
 *
 * @param key signs it: what comes back was made here, so its values need no other check
 */
export function writeCursor(key: Buffer, kind: string, order: readonly SortKey[], row: object): string {
  const values = order.map((_, index): unknown => Reflect.get(row, cursorField(index)));
  return signPlace(key, kind, order, values);
}

/** The same of a place whose values are known. */
export function signPlace(
  key: Buffer,
  kind: string,
  order: readonly SortKey[],
  values: readonly unknown[],
): string {
  const text = JSON.stringify([VERSION, listName(kind, order), ...values]);
  const encoded = Buffer.from(text).toString('base64url');
  return tagOf(key, encoded) + encoded;
}

const tagOf = (key: Buffer, encoded: string) =>
  createHmac('sha256', key).update(encoded).digest('base64url').slice(0, TAG_LENGTH);

const Cursor = z.tuple([z.number(), z.string()], z.string());

/** The sort values of a place. Throws INVALID_CURSOR for a broken or forged one, or one of another list. */
export function readCursor(key: Buffer, kind: string, order: readonly SortKey[], cursor: string): Place {
  const refused = (why: string) =>
    badInput(
      `Expected a cursor from an earlier answer of this list, got ${why}. Ask for the first page again.`,
      'INVALID_CURSOR',
    );
  const encoded = cursor.slice(TAG_LENGTH);
  if (tagOf(key, encoded) !== cursor.slice(0, TAG_LENGTH)) throw refused('text that is none');
  const [version, name, ...place] = Cursor.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
  if (version !== VERSION) throw refused('one of another version');
  if (name !== listName(kind, order)) throw refused('one of another list or order');
  return place;
}

/** The name of a list in one of its orders. */
export const listName = (kind: string, order: readonly SortKey[]) =>
  `${kind}:${order.map((key) => (key.descending ? '-' : '') + key.field).join(',')}`;

/** `ASC`, or the other way round to read backwards. */
export const direction = (key: SortKey, backwards: boolean): Sql =>
  raw(Boolean(key.descending) === backwards ? 'ASC' : 'DESC');

/** `ORDER BY`, the other way round to read backwards. */
export function orderBy(order: readonly SortKey[], backwards: boolean): Sql {
  const parts = order.map((key) => sql`${valueOf(key)} ${direction(key, backwards)}`);
  return sql`ORDER BY ${join(parts, ', ')}`;
}

/** The rows strictly after (or before) a place. It need not hold a row any more. */
export function beyond(order: readonly SortKey[], place: Place, side: 'after' | 'before'): Sql {
  // A row comparison is the one form that PostgreSQL answers with one range of an index.
  const sign = Boolean(order[0]?.descending) === (side === 'after') ? '<' : '>';
  const values = order.map(({ type }, index) => sql`${place[index]}::${raw(type)}`);
  return sql`(${join(order.map(valueOf), ', ')}) ${raw(sign)} (${join(values, ', ')})`;
}
