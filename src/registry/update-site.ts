import { CimaiseError } from '../core/errors.ts';
import type { Database } from '../db/client.ts';
import { SiteNotFoundError } from './open-site.ts';

export class InvalidPercentError extends CimaiseError {
  override readonly name = 'InvalidPercentError';
  readonly code = 'INVALID_PERCENT';

  constructor(percent: number) {
    super(`Expected a share from 0 to 100 percent, got ${percent}.`);
  }
}

export interface SiteChanges {
  /** Share of an entity that a sync may delete without being asked about, 0 to 100. */
  deletionHoldPercent: number;
}

/** @throws SiteNotFoundError, InvalidPercentError */
export async function updateSite(
  { pool }: Database,
  siteId: number,
  { deletionHoldPercent }: SiteChanges,
): Promise<void> {
  if (deletionHoldPercent < 0 || deletionHoldPercent > 100)
    throw new InvalidPercentError(deletionHoldPercent);
  const { rowCount } = await pool.query('UPDATE site SET deletion_hold_percent = $2 WHERE id = $1', [
    siteId,
    deletionHoldPercent,
  ]);
  if (rowCount === 0) throw new SiteNotFoundError(siteId);
}
