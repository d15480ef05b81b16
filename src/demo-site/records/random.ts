/** A well-mixed 32-bit number that depends on nothing but its three inputs: the whole gallery is made from it. */
export function mix(seed: number, salt: number, index: number): number {
  let hash = Math.imul(seed ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(index, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The word of a list that a hash points at. */
export function pick<Word>(words: readonly [Word, ...Word[]], hash: number): Word {
  const word = words[hash % words.length];
  return word === undefined ? words[0] : word;
}
