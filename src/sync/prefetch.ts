import { leave } from '../core/leave.ts';

/**
 * Works one value ahead: while the consumer handles a value, the source makes the next. A consumer that leaves early
 * ends the source.
 */
export async function* prefetch<T, End>(source: AsyncGenerator<T, End>): AsyncGenerator<T, End> {
  let ahead = source.next();
  try {
    for (;;) {
      const current = await ahead;
      if (current.done === true) return current.value;
      ahead = source.next();
      ahead.catch(() => undefined); // reported when it is awaited, not as unhandled before
      yield current.value;
    }
  } finally {
    void leave(source).catch(() => undefined);
  }
}
