import { z } from 'zod';
import { WrongShapeError, type Call } from '../errors.ts';
import { kindOf } from '../json/describe.ts';
import { valueAt } from '../json/value-at.ts';

export type Generation = 'V1' | 'V2';

/** A failure answered with status 200 says so here; v2's lists do not carry it. */
const success = z.literal(true, 'true').optional();

/** What surrounds a list. v2's exhibitions and custom requests carry no count. */
const ListEnvelope = z.looseObject(
  { success, count: z.int('a whole number').nonnegative().nullish() },
  'an object',
);

const StatsEnvelope = z.looseObject({ success, stats: z.looseObject({}, 'an object') }, 'an object');

/** v1: `{success, count, data: [{id, key, value}]}` */
const SettingsList = z.looseObject({ success, data: z.array(z.unknown(), 'a list') }, 'an object');

/** v2: `{key: value}`, every value the text of a column: a `success` of true or false is an answer of another kind. */
const FlatSettings = z.looseObject(
  { success: z.string('a setting').nullish(), error: z.undefined('no error').optional() },
  'an object',
);

/** How many rows the list says it holds on this page; null where it does not say. */
export function readListCount(call: Call, envelope: unknown): number | null {
  return read(call, ListEnvelope, envelope).count ?? null;
}

/** The figures of `GET /api/export/stats`. */
export function readStatsEnvelope(call: Call, body: unknown): object {
  return read(call, StatsEnvelope, body).stats;
}

/** The rows of `GET /api/export/settings` in v1's form, `{key, value}`, and the generation that answered them. */
export function readSettingsEnvelope(call: Call, body: object): { generation: Generation; rows: unknown[] } {
  if (Array.isArray(valueAt(body, ['data'])) || typeof valueAt(body, ['success']) === 'boolean') {
    return { generation: 'V1', rows: read(call, SettingsList, body).data };
  }
  read(call, FlatSettings, body);
  return { generation: 'V2', rows: Object.entries(body).map(([key, value]) => ({ key, value })) };
}

/** The answer as the schema has it. The schemas' messages name what was expected, never what came. */
export function read<T>(call: Call, schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = (issue?.path ?? []).map(String);
  const value = valueAt(body, where);
  const came = typeof value === 'boolean' ? String(value) : kindOf(value);
  throw new WrongShapeError(call, where.join('.'), issue?.message ?? 'another shape', came);
}
