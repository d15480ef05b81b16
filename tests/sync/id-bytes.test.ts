import { describe, expect, it } from 'vitest';

import { idsFromBytes, idsToBytes } from '../../src/sync/id-bytes.ts';
import { seededRandom } from '../template/support/random.ts';

const MAX = Number.MAX_SAFE_INTEGER;

describe('ids as bytes', () => {
  it.each([
    ['none', []],
    ['one', [7]],
    ['rising', [1, 2, 3, 4]],
    ['falling', [9, 8, 7, 0]],
    ['far apart', [0, MAX, 0, MAX - 1, 1, 2 ** 32, 2 ** 31, 63, 64, 65, 127, 128, 8_191, 8_192]],
    ['repeated', [5, 5, 5]],
  ])('come back as they went: %s', (_name, ids) => {
    expect(idsFromBytes(idsToBytes(ids))).toEqual(ids);
  });

  it('come back as they went: any', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const ids = Array.from({ length: 200 }, () => Math.floor(random() ** (seed % 7) * MAX));
      expect(idsFromBytes(idsToBytes(ids))).toEqual(ids);
    }
  });

  it('take a byte each where they follow one another', () => {
    const ids = Array.from({ length: 1_000 }, (_, place) => 100_000 - place);
    expect(idsToBytes(ids).length).toBeLessThanOrEqual(1_002);
  });
});
