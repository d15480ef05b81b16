import { CimaiseError, systemCodeOf } from '../core/errors.ts';
import { isTimeZone } from '../core/time-zone.ts';
import type { Database } from '../db/client.ts';

export class InvalidTimeZoneError extends CimaiseError {
  override readonly name = 'InvalidTimeZoneError';
  readonly code = 'INVALID_TIME_ZONE';

  constructor(timeZone: string, options?: ErrorOptions) {
    super(`Expected a time zone such as "Europe/Paris", got "${timeZone.slice(0, 100)}".`, options);
  }
}

export class InvalidCurrencyError extends CimaiseError {
  override readonly name = 'InvalidCurrencyError';
  readonly code = 'INVALID_CURRENCY';

  constructor(currency: string) {
    super(`Expected a currency of ISO 4217 such as "EUR", got "${currency.slice(0, 100)}".`);
  }
}

/** How the figures of a site are to be read. */
export interface SiteSettings {
  /** Where its days begin: a name of the IANA time zone database. */
  readonly timeZone?: string | undefined;
  /** Of its prices: three letters of ISO 4217. */
  readonly currency?: string | undefined;
}

/** @throws InvalidTimeZoneError, InvalidCurrencyError */
export async function checkSettings({ pool }: Database, { timeZone, currency }: SiteSettings): Promise<void> {
  if (currency !== undefined && !Intl.supportedValuesOf('currency').includes(currency)) {
    throw new InvalidCurrencyError(currency);
  }
  if (timeZone === undefined) return;
  if (!isTimeZone(timeZone)) throw new InvalidTimeZoneError(timeZone);
  try {
    // The days are made by the database, and it has a list of zones of its own.
    await pool.query('SELECT now() AT TIME ZONE $1', [timeZone]);
  } catch (cause) {
    if (systemCodeOf(cause) === UNKNOWN_ZONE) throw new InvalidTimeZoneError(timeZone, { cause });
    throw cause;
  }
}

/** What PostgreSQL answers for a zone it does not know: invalid_parameter_value. */
const UNKNOWN_ZONE = '22023';
