import type { z } from 'zod';

import type { Generation } from './envelope.ts';

/** What a JSON value can be; null is no type of its own. */
export type JsonType = 'text' | 'number' | 'boolean' | 'list' | 'object';

/** What the contract knows of one field, as the recorded answers of the sites show it. */
export interface KnownField {
  type: JsonType;
  /** The one generation that always gives it; null where both do. */
  generation: Generation | null;
  /** The fields of the objects that a list holds; null where the values are plain. */
  items: KnownFields | null;
}

/** Every field that a record may have without surprise, those included that the mirror does not keep. */
export type KnownFields = Readonly<Record<string, KnownField>>;

/** The known fields of a schema: at least those that it reads. */
export type KnownFieldsOf<Schema extends z.ZodType> = KnownFields &
  Readonly<Record<keyof z.output<Schema>, KnownField>>;

/** A field that both generations give, or one of them alone. */
export const given = (type: JsonType, generation: Generation | null = null): KnownField => ({
  type,
  generation,
  items: null,
});

/** A list of objects that both generations give. */
export const givenListOf = (items: KnownFields): KnownField => ({ type: 'list', generation: null, items });
