/** Bytes gathered from several pieces. It doubles as it grows, so a body that comes a byte at a time costs no more. */
export interface GrowingBytes {
  readonly length: number;
  append(bytes: Uint8Array, from: number, to: number): void;
  /** What was gathered, valid until the next append or clear. */
  view(from?: number): Uint8Array;
  clear(): void;
}

export function createGrowingBytes(): GrowingBytes {
  let buffer = new Uint8Array(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(bytes, from, to) {
      const needed = length + to - from;
      if (needed > buffer.length) {
        const larger = new Uint8Array(Math.max(needed, buffer.length * 2, 1024));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(bytes.subarray(from, to), length);
      length = needed;
    },
    view: (from = 0) => buffer.subarray(from, length),
    clear() {
      length = 0;
    },
  };
}
