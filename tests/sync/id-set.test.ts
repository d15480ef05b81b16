import { describe, expect, it } from 'vitest';

import { IdSet } from '../../src/sync/id-set.ts';

describe('a set of ids', () => {
  it('tells whether an id is new, at both ends of what an id can be', () => {
    const ids = new IdSet();

    expect([0, 1, 2 ** 32, 2 ** 53 - 1, 2 ** 32 + 1].map((id) => ids.add(id))).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect([0, -0, 2 ** 53 - 1, 2 ** 32].map((id) => ids.add(id))).toEqual([false, false, false, false]);
    expect(ids.size).toBe(5);
    expect([0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 53 - 1].map((id) => ids.has(id))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
  });

  it.each([
    ['neighbours', (index: number) => index],
    ['ids far apart', (index: number) => index * 2 ** 32],
    ['ids that end in the same bits', (index: number) => index * 2 ** 20],
  ])('grows, and agrees with a Set: %s', (_, idOf) => {
    const ids = new IdSet();
    const expected = new Set<number>();
    for (let index = 0; index < 20_000; index++) {
      const id = idOf((index * 7_919) % 15_013);
      const isNew = !expected.has(id);
      expected.add(id);
      if (ids.add(id) !== isNew) throw new Error(`${id} is ${isNew ? '' : 'not '}new`);
    }

    expect(ids.size).toBe(expected.size);
    expect([...expected].every((id) => ids.has(id))).toBe(true);
    expect(ids.has(idOf(15_013))).toBe(false);
  });

  it('is not slowed down by ids that were chosen to collide under known factors', () => {
    const ids = new IdSet();
    const startedAt = performance.now();
    for (let index = 0; index < 100_000; index++) ids.add(collidingId(index));

    expect(ids.size).toBe(100_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

/** Ids of one slot under the hash `mixed ^ (mixed >>> 15)` of `low * 0x9e3779b1 ^ high * 0x85ebca6b` (32 bits). */
function collidingId(index: number): number {
  const high = Math.floor(index / 4_096);
  const target = (index % 4_096) << 20;
  const mixed = target ^ (target >>> 15) ^ (target >>> 30);
  const low = Math.imul(mixed ^ Math.imul(high, 0x85ebca6b), 0x0e8b2f51); // the inverse of 0x9e3779b1
  return high * 2 ** 32 + (low >>> 0);
}
