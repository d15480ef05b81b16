import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { prefetch } from '../../src/sync/prefetch.ts';

async function drain<T, End>(
  source: AsyncGenerator<T, End>,
): Promise<{ values: T[]; end?: End; error?: unknown }> {
  const values: T[] = [];
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const step = await source.next();
      if (step.done === true) return { values, end: step.value };
      values.push(step.value);
    }
  } catch (error) {
    return { values, error };
  }
}

describe('working ahead', () => {
  it('gives all values in order, and what the source returns', async () => {
    async function* source() {
      for (let index = 0; index < 5; index++) yield index;
      return 'the end';
    }

    expect(await drain(prefetch(source()))).toEqual({ values: [0, 1, 2, 3, 4], end: 'the end' });
  });

  it('makes the next value while the consumer handles one, and no more', async () => {
    let made = 0;
    async function* source() {
      for (;;) yield ++made;
    }
    const ahead = prefetch(source());

    expect((await ahead.next()).value).toBe(1);
    await nextTurn();
    expect(made).toBe(2);
    await nextTurn();
    expect(made).toBe(2);
    await ahead.return(undefined as never);
  });

  it('throws what the source throws, after the values that came before it', async () => {
    const broken = new Error('broken');
    async function* source() {
      yield 1;
      yield 2;
      throw broken;
    }

    expect(await drain(prefetch(source()))).toEqual({ values: [1, 2], error: broken });
  });

  it('ends the source when the consumer leaves early', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    async function* source() {
      try {
        for (;;) yield 1;
      } finally {
        end('ended');
      }
    }

    for await (const value of prefetch(source())) {
      expect(value).toBe(1);
      break;
    }

    expect(await ended).toBe('ended');
  });

  it('tells nobody of a failure ahead of a consumer that has left', async () => {
    async function* source() {
      yield 1;
      await nextTurn();
      throw new Error('nobody waits for this');
    }
    const ahead = prefetch(source());
    await ahead.next();

    await ahead.return(undefined as never);
    await nextTurn();
    await nextTurn();

    expect(await ahead.next()).toMatchObject({ done: true }); // an unhandled rejection would end the test run
  });
});
