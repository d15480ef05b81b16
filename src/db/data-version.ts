import { setImmediate as untilNextTurn } from 'node:timers/promises';

import type { Pool } from 'pg';

const READ = {
  name: 'data-version',
  text: `SELECT coalesce(string_agg(token::text, ' ' ORDER BY slot), '') AS version FROM data_version`,
};

/**
 * Reads the version of the data: as long as it is the same, nothing that can be read has changed. What was answered
 * after a reading is what would be answered now, if the version now is still the one read then.
 *
 * A reading begins after it was asked for, and serves all who asked before it began: at any time one is under way,
 * and one waits for its end.
 */
export function createDataVersion(pool: Pool): () => Promise<string> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<string> | undefined;
  const read = async (before: Promise<unknown>) => {
    await before.catch(() => undefined);
    await untilNextTurn(); // with all whose requests came in the same turn
    next = undefined;
    const { rows } = await pool.query<{ version: string }>(READ);
    if (rows[0] === undefined) throw new Error('the database did not tell the version of its data');
    return rows[0].version;
  };
  return () => {
    if (next === undefined) {
      next = read(last);
      last = next;
    }
    return next;
  };
}
