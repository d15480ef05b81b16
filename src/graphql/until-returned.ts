/**
 * An async iterable whose source hears at once, through its signal, that nobody listens any more. The `return` of an
 * async generator would wait for the next event, which may never come.
 *
 * The first event is awaited here, so that a source which fails at once fails the request and not the stream; unless
 * it `mayBeQuiet`: then the stream opens without one.
 */
export async function untilReturned<T>(
  signal: AbortSignal,
  start: (ended: AbortSignal) => AsyncIterable<T>,
  { mayBeQuiet = false } = {},
): Promise<AsyncIterableIterator<T>> {
  const ended = new AbortController(); // by hand: AbortSignal.any costs more memory than all the rest of a stream
  const end = () => ended.abort();
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const source = start(ended.signal)[Symbol.asyncIterator]();
  let first: IteratorResult<T> | undefined = mayBeQuiet ? undefined : await source.next();
  const events: AsyncIterableIterator<T> = {
    async next() {
      if (first === undefined) return source.next();
      const event = first;
      first = undefined;
      return event;
    },
    async return() {
      signal.removeEventListener('abort', end);
      end();
      // Not waited for: a generator that is busy answers only after its next event.
      source.return?.().catch(() => undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
