import { CimaiseError } from '../core/errors.ts';
import type { Database } from '../db/client.ts';
import { SiteNotFoundError } from './open-site.ts';
import { checkSettings, type SiteSettings } from './site-settings.ts';

export class InvalidPercentError extends CimaiseError {
  override readonly name = 'InvalidPercentError';
  readonly code = 'INVALID_PERCENT';

  constructor(percent: number) {
    super(`Expected a share from 0 to 100 percent, got ${percent}.`);
  }
}

/** What is not given stays as it is. */
export interface SiteChanges extends SiteSettings {
  /** Share of an entity that a sync may delete without being asked about, 0 to 100. */
  readonly deletionHoldPercent?: number | undefined;
}

/** @throws SiteNotFoundError, InvalidPercentError, InvalidTimeZoneError, InvalidCurrencyError */
export async function updateSite(
  database: Database,
  siteId: number,
  { deletionHoldPercent, timeZone, currency }: SiteChanges,
): Promise<void> {
  if (deletionHoldPercent !== undefined && (deletionHoldPercent < 0 || deletionHoldPercent > 100)) {
    throw new InvalidPercentError(deletionHoldPercent);
  }
  await checkSettings(database, { timeZone, currency });
  const { rowCount } = await database.pool.query(
    `UPDATE site SET deletion_hold_percent = coalesce($2, deletion_hold_percent),
      time_zone = coalesce($3, time_zone), currency = coalesce($4, currency) WHERE id = $1`,
    [siteId, deletionHoldPercent, timeZone, currency],
  );
  if (rowCount === 0) throw new SiteNotFoundError(siteId);
}
