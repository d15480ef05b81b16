import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { createPace } from '../../src/sync/pace.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('passes everything on at once while nothing is to wait', () => {
  const passed: number[] = [];
  const pace = createPace<number>(
    () => 0,
    (value) => passed.push(value),
  );
  for (const value of [1, 2, 3]) pace.put(value, Infinity);
  expect(passed).toEqual([1, 2, 3]);
});

it('passes on the newest of what came, once in a while', () => {
  const passed: number[] = [];
  const pace = createPace<number>(
    () => 1_000,
    (value) => passed.push(value),
  );
  for (const value of [1, 2, 3]) pace.put(value, Infinity);
  expect(passed).toEqual([1]);
  vi.advanceTimersByTime(999);
  pace.put(4, Infinity);
  expect(passed).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(passed).toEqual([1, 4]);
  vi.advanceTimersByTime(10_000);
  expect(passed).toEqual([1, 4]);
});

it('does not let what is urgent wait, and never passes on what is older after it', () => {
  const passed: number[] = [];
  const pace = createPace<number>(
    () => 1_000,
    (value) => passed.push(value),
  );
  for (const value of [1, 2]) pace.put(value, Infinity);
  pace.put(3, 250);
  pace.put(4, Infinity);
  vi.advanceTimersByTime(250);
  expect(passed).toEqual([1, 4]);
  pace.put(5, Infinity);
  pace.put(6, 0);
  vi.advanceTimersByTime(10_000);
  expect(passed).toEqual([1, 4, 6]);
});
