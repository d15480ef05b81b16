import { randomInt } from 'node:crypto';

const EMPTY = -1; // ids are never negative
const FIRST_CAPACITY = 1_024;

/**
 * A set of ids (whole numbers from 0 to 2^53 - 1) that costs 16 bytes an id at most, where a Set costs about 40:
 * the ids of a scan of a million rows are held at once. Each set hashes in its own way, so that no site can choose
 * ids that collide.
 */
export class IdSet {
  #slots = new Float64Array(FIRST_CAPACITY).fill(EMPTY);
  #size = 0;
  readonly #factorOfLow = randomFactor();
  readonly #factorOfHigh = randomFactor();

  get size(): number {
    return this.#size;
  }

  /** Adds the id, and tells whether it was new. */
  add(id: number): boolean {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    const added = this.#insert(id);
    if (added) this.#size++;
    return added;
  }

  has(id: number): boolean {
    return this.#slots[this.#slotOf(id)] === id;
  }

  #grow(): void {
    const narrow = this.#slots;
    this.#slots = new Float64Array(narrow.length * 2).fill(EMPTY);
    for (const id of narrow) if (id !== EMPTY) this.#insert(id);
  }

  #insert(id: number): boolean {
    const slot = this.#slotOf(id);
    if (this.#slots[slot] === id) return false;
    this.#slots[slot] = id;
    return true;
  }

  /** Where the id is, or would be. Open addressing with linear probing; the number of slots is a power of two. */
  #slotOf(id: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#hash(id) & mask;
    while (slots[slot] !== EMPTY && slots[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }

  /** Multiplies the low and the high half by secret factors, then scatters what comes near (as MurmurHash3 ends). */
  #hash(id: number): number {
    const keyed =
      (Math.imul(id | 0, this.#factorOfLow) + Math.imul(Math.floor(id / 2 ** 32), this.#factorOfHigh)) | 0;
    const mixed = Math.imul(keyed ^ (keyed >>> 16), 0x85ebca6b);
    return mixed ^ (mixed >>> 13);
  }
}

const randomFactor = (): number => randomInt(2 ** 31) * 2 + 1;
