import { mix, pick } from './random.ts';
import { FIRST_NAMES, LAST_NAMES, STREETS, TOWNS, WHOLE_NAMES } from './words.ts';

/** A person's name; one in twelve is not written in Latin letters, or is a single word. */
export function personName(hash: number): string {
  if (hash % 12 === 0) return pick(WHOLE_NAMES, hash >>> 8);
  return `${pick(FIRST_NAMES, hash >>> 4)} ${pick(LAST_NAMES, hash >>> 12)}`;
}

/** An address nobody owns: example.com, example.org and example.net are reserved. */
export function emailOf(seed: number, index: number): string {
  const hash = mix(seed, 71, index);
  const host = pick(['example.com', 'example.org', 'example.net'], hash >>> 3);
  return `${pick(['client', 'visiteur', 'a.b+art', 'contact'], hash)}${index}@${host}`;
}

/** A postal address, or "" as the shop writes when none was given. */
export function postalAddress(hash: number): string {
  if (hash % 5 === 0) return '';
  return `${(hash % 190) + 1} ${pick(STREETS, hash >>> 5)}, ${pick(TOWNS, hash >>> 9)}`;
}
