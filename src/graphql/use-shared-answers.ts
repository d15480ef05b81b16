import { createHash } from 'node:crypto';

import { type ExecutionArgs, type ExecutionResult, createSourceEventStream, execute } from 'graphql';
import type { Plugin } from 'graphql-yoga';

type Answer = ExecutionResult | Promise<ExecutionResult>;

/**
 * Makes the answer to one event once for all who asked the same thing, and writes it down once: a thousand
 * subscribers of a run cost one execution for each of its states. An event is the same when it is the same object.
 *
 * @NOTE everyone who may ask sees the same; once that changes, who asks belongs into the question.
 */
export function useSharedAnswers(): Plugin {
  const answers = new WeakMap<object, Map<string, Answer>>();
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const events = await createSourceEventStream(args);
        if (!(Symbol.asyncIterator in events)) return events;
        const question = questionOf(args);
        return answered(events, (event) => {
          if (typeof event !== 'object' || event === null) return execute({ ...args, rootValue: event });
          const known = answers.get(event) ?? new Map<string, Answer>();
          answers.set(event, known);
          const answer = known.get(question) ?? writtenOnce(execute({ ...args, rootValue: event }));
          known.set(question, answer);
          return answer;
        });
      });
    },
  };
}

const questionOf = ({ document, operationName, variableValues }: ExecutionArgs): string =>
  createHash('sha256')
    .update(JSON.stringify([document.loc?.source.body ?? document, operationName, variableValues]))
    .digest('base64');

/** With the property that Yoga looks for when it writes a result. */
function writtenOnce(answer: Answer): Answer {
  if (answer instanceof Promise) return answer.then(writtenOnce);
  let text: string | undefined;
  const stringify = (result: ExecutionResult) =>
    result === answer ? (text ??= JSON.stringify(answer)) : JSON.stringify(result);
  return Object.defineProperty(answer, 'stringify', { value: stringify, enumerable: false });
}

/** Unlike a generator, its `return` reaches the source at once. */
function answered(
  events: AsyncIterable<unknown>,
  answer: (event: unknown) => Answer,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = events[Symbol.asyncIterator]();
  const answers: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      const { done, value } = await iterator.next();
      return done === true ? { done, value: undefined } : { done: false, value: await answer(value) };
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => answers,
  };
  return answers;
}
