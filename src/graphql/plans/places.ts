import { z } from 'zod';

import { signPlace } from '../lists/cursor.ts';
import { type Sql, raw, sql } from '../lists/sql.ts';
import type { PlacedList } from './planning.ts';

/**
 * Cursors are signed, and PostgreSQL does not know the key. It writes the place of a row between two characters that
 * JSON cannot hold unescaped, where the cursor is to stand.
 */
const MARK = '\u0001';
const mark = raw('chr(1)');

/** @param list the index of the list among the places of the plan */
export const placeText = (list: number, json: Sql): Sql =>
  sql`${mark} || ${raw(`'${list}'`)} || ${json} || ${mark}`;

const Place = z.array(z.string());

/** The text with a cursor for each place. */
export function withCursors(text: string, places: readonly PlacedList[], key: Buffer): string {
  if (places.length === 0) return text;
  return text
    .split(MARK)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const at = part.indexOf('[');
      const list = places[Number(part.slice(0, at))];
      if (list === undefined) throw new Error('Expected a place of a list of this plan.');
      return `"${signPlace(key, list.kind, list.order, Place.parse(JSON.parse(part.slice(at))))}"`;
    })
    .join('');
}
