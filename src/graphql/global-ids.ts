import { badInput } from './errors.ts';

/** What a part of an id may be, and how it is read. Undefined: it is not one. */
const partTypes = {
  int: (text: string) =>
    /^\d{1,10}$/.test(text) && Number(text) <= 2_147_483_647 ? Number(text) : undefined,
  bigint: (text: string) =>
    /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? BigInt(text) : undefined,
  uuid: (text: string) =>
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined,
  text: (text: string) => (text.includes('\0') ? undefined : text),
} as const;

type PartType = keyof typeof partTypes;
type Part<Type extends PartType> = Exclude<ReturnType<(typeof partTypes)[Type]>, undefined>;

/**
 * Global ids are `<Type>:<key>`, the parts of the key joined by colons: `Painting:3:42` is painting 42 of site 3.
 * They are readable on purpose, so that people and scripts can write one down. A text part may hold colons and stands last.
 */
export const writeId = (typename: string, ...parts: readonly (string | number | bigint)[]): string =>
  [typename, ...parts].join(':');

/** Splits the type from the key. Throws BAD_USER_INPUT for text that cannot be an id. */
export function splitId(id: string): { typename: string; id: string } {
  const colon = id.indexOf(':');
  if (colon < 1) throw badId(id, 'an id such as "Site:1" or "Painting:1:42"');
  return { typename: id.slice(0, colon), id: id.slice(colon + 1) };
}

/** The parts of the key, read. Throws BAD_USER_INPUT when they are not of these types. */
export function readKey<const Types extends readonly PartType[]>(
  typename: string,
  key: string,
  ...types: Types
): { -readonly [Index in keyof Types]: Part<Types[Index]> } {
  const texts = key.split(':');
  const lastTexts = texts.splice(types.length - 1);
  const parts = [...texts, lastTexts.join(':')].map((text, index) => {
    const type = types[index];
    return type === undefined ? undefined : partTypes[type](text);
  });
  if (parts.length !== types.length || parts.includes(undefined)) {
    throw badId(writeId(typename, key), `the id of a ${typename}`);
  }
  // Each part was made by the reader of the type at its place.
  return parts as { -readonly [Index in keyof Types]: Part<Types[Index]> };
}

/** The key of an id that must be of this type. */
export function readId<const Types extends readonly PartType[]>(
  typename: string,
  id: string,
  ...types: Types
): { -readonly [Index in keyof Types]: Part<Types[Index]> } {
  const split = splitId(id);
  if (split.typename !== typename) throw badId(id, `the id of a ${typename}`);
  return readKey(typename, split.id, ...types);
}

const badId = (id: string, expected: string) => badInput(`Expected ${expected}, got "${id.slice(0, 100)}".`);
