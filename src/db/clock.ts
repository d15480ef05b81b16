import type { Pool } from 'pg';

/**
 * By how many milliseconds the clock of the database is ahead of the one of this process; negative where it is
 * behind. Too low by the time that the answer took: what is timed by it is never called newer than it is.
 */
export async function readClockSkewMs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (rows[0] === undefined) throw new Error('the database did not tell the time');
  return rows[0].now.getTime() - Date.now();
}

/**
 * SQL: whether what is stored was known before the time given. A stored time that is yet to come was written while a
 * clock ran ahead: it does not count.
 */
export const isOlder = (stored: string, time: string): string =>
  `(${stored} < ${time} OR ${stored} > clock_timestamp())`;

/** SQL: the same, or at that very time: of two that were asked for together, the later to arrive is believed. */
export const isNoNewer = (stored: string, time: string): string =>
  `(${stored} <= ${time} OR ${stored} > clock_timestamp())`;
