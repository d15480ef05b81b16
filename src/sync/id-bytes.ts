const CONTINUES = 0x80;
const SEVEN_BITS = 0x80;

/**
 * Ids (whole numbers from 0 to 2^53 - 1) as bytes, each by its distance from the one before: lists come in order, so
 * mostly one byte an id, where an array of PostgreSQL takes eight, and is stored apart once it is long.
 */
export function idsToBytes(ids: readonly number[]): Buffer {
  const bytes: number[] = [];
  let before = 0;
  for (const id of ids) {
    // The sign is the last bit: 0, -1, 1, -2 … become 0, 1, 2, 3 … Exact, as the distance is split before it doubles.
    const distance = id - before;
    const isNegative = distance < 0;
    let rest = isNegative ? -distance - 1 : distance;
    const low = rest % 64;
    rest = (rest - low) / 64;
    bytes.push((low * 2 + (isNegative ? 1 : 0)) | (rest > 0 ? CONTINUES : 0));
    while (rest > 0) {
      const part = rest % SEVEN_BITS;
      rest = (rest - part) / SEVEN_BITS;
      bytes.push(part | (rest > 0 ? CONTINUES : 0));
    }
    before = id;
  }
  return Buffer.from(bytes);
}

/** The ids that idsToBytes made bytes of. */
export function idsFromBytes(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  let before = 0;
  let distance = 0;
  let unit = 0; // of the next byte; 0 at the beginning of an id
  let isNegative = false;
  for (const byte of bytes) {
    const value = byte % CONTINUES;
    if (unit === 0) {
      isNegative = value % 2 === 1;
      distance = (value - (value % 2)) / 2;
      unit = 64;
    } else {
      distance += value * unit;
      unit *= SEVEN_BITS;
    }
    if (byte >= CONTINUES) continue;
    before += isNegative ? -distance - 1 : distance;
    ids.push(before);
    unit = 0;
  }
  return ids;
}
