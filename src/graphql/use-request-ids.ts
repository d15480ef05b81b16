import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import type { Logger } from '../core/logger.ts';
import type { ServerContext } from './context.ts';
import { newRequestId, reportErrors } from './report-errors.ts';

/** Every request has an id: in its `X-Request-Id`, in each of its errors, and in the log. */
export function useRequestIds(logger: Logger): Plugin<object, ServerContext> {
  const ids = new WeakMap<Request, string>();
  const idOf = (request: Request, { requestId }: ServerContext) => {
    const id = requestId ?? ids.get(request) ?? newRequestId();
    ids.set(request, id);
    return id;
  };
  return {
    onResultProcess({ request, serverContext, result, setResult }) {
      const report = <Result extends ExecutionResult>(one: Result) =>
        reportErrors(one, idOf(request, serverContext), logger);
      if (Symbol.asyncIterator in result) setResult(mapped(result, report));
      else setResult(Array.isArray(result) ? result.map(report) : report(result));
    },
    onResponse({ request, serverContext, response, setResponse, fetchAPI }) {
      const id = idOf(request, serverContext);
      const { status } = response;
      if (status < 400 || response.body !== null) {
        response.headers.set('X-Request-Id', id);
        return;
      }
      // Yoga refuses some requests without a word.
      const message = silentRefusals.get(status) ?? 'The request was refused.';
      const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST', requestId: id } }] };
      const headers = { ...Object.fromEntries(response.headers), 'X-Request-Id': id };
      setResponse(fetchAPI.Response.json(body, { status, headers }));
    },
  };
}

/** By status. */
const silentRefusals: ReadonlyMap<number, string> = new Map([
  [406, 'There is no answer in a type that "Accept" names: ask for application/json.'],
  [415, 'Send the operation as application/json.'],
]);

/** Unlike a generator, its `return` reaches the source at once. */
function mapped<T>(source: AsyncIterable<T>, map: (value: T) => T): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const mapResult = async (step: Promise<IteratorResult<T>>): Promise<IteratorResult<T>> => {
    const event = await step;
    return event.done === true ? event : { done: false, value: map(event.value) };
  };
  const events: AsyncIterableIterator<T> = {
    next: () => mapResult(iterator.next()),
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
