import type { IPolicy } from 'cockatiel';

/** A stay inside a policy. */
export interface Visit {
  /** Ends it, well or with the failure given; resolved once the policy has taken note. Later calls do nothing. */
  leave(failure?: unknown): Promise<void>;
}

/**
 * Enters a policy that is made for promises with work that is none: an answer that is read piece by piece. Waits, or
 * throws, where the policy does, and no longer than until the signal is aborted: then it throws the signal's reason.
 * Whoever enters must leave.
 */
export async function enter(policy: IPolicy, signal?: AbortSignal): Promise<Visit> {
  const entered = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  // Once entered, rejecting says nothing any more.
  const onAbort = () => entered.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  const visit = policy
    .execute(() => {
      signal?.throwIfAborted();
      entered.resolve();
      return left.promise;
    }, signal)
    .catch((error: unknown) => entered.reject(error));
  try {
    await entered.promise;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  return {
    leave(failure) {
      if (failure === undefined) left.resolve();
      else left.reject(failure);
      return visit;
    },
  };
}
