import type { AnswerToKeep } from './context.ts';

/**
 * The only clock of resolvers: an answer that depends on the time changes without any change of the data.
 *
 * @param until tells from the time now when the answer will be another; without it the answer is given once
 */
export type Clock = (until?: (now: Date) => Date) => Date;

/** A clock that remembers the earliest such time. */
export const createClock =
  (toKeep: AnswerToKeep): Clock =>
  (until) => {
    const now = new Date();
    const changesAt = until?.(now).getTime() ?? 0;
    toKeep.validUntil = Math.min(toKeep.validUntil ?? Infinity, changesAt);
    return now;
  };
