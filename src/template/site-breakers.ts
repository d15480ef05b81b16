import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';

import { CimaiseError } from '../core/errors.ts';
import { causeOf } from './retry-policy.ts';
import { enter, type Visit } from './visit.ts';

/** The site failed so often that it is left in peace for a while; nothing was sent. */
export class SiteRestingError extends CimaiseError {
  override readonly name = 'SiteRestingError';
  readonly code = 'SITE_RESTING';
  /** When it is tried again. */
  readonly until: Date;

  constructor(failures: number, until: Date, options?: ErrorOptions) {
    super(
      `Expected the site to be up, but its last ${failures} calls failed: it is asked again from ` +
        `${until.toISOString()} on; look at the site, then sync it again.`,
      options,
    );
    this.until = until;
  }
}

export interface BreakerOptions {
  /** So many failed calls in a row, each with all its retries, and the site rests. */
  failures: number;
  restMs: number;
}

const defaultBreakers: BreakerOptions = { failures: 5, restMs: 30_000 };

/** One circuit breaker for each site, as this process finds it. */
export interface SiteBreakers {
  /**
   * Begins a call. After a rest one call tries the site, and decides for all.
   *
   * @throws SiteRestingError
   */
  begin(siteUrl: string, signal?: AbortSignal): Promise<Visit>;
}

export function createSiteBreakers({ failures, restMs }: BreakerOptions = defaultBreakers): SiteBreakers {
  const policies = new Map<string, { policy: CircuitBreakerPolicy; openedAt: number }>();
  const breakerOf = (siteUrl: string) => {
    const known = policies.get(siteUrl);
    if (known !== undefined) return known;
    const policy = circuitBreaker(
      handleWhen((error) => causeOf(error)?.siteIsDown === true),
      { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failures) },
    );
    const made = { policy, openedAt: 0 };
    policy.onBreak(() => (made.openedAt = Date.now()));
    policies.set(siteUrl, made);
    return made;
  };
  return {
    async begin(siteUrl, signal) {
      const breaker = breakerOf(siteUrl);
      try {
        return await enter(breaker.policy, signal);
      } catch (cause) {
        if (!(cause instanceof BrokenCircuitError)) throw cause;
        throw new SiteRestingError(failures, new Date(breaker.openedAt + restMs), { cause });
      }
    },
  };
}
