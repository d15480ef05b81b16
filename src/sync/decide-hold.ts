import type { ClientBase } from 'pg';

import { CimaiseError } from '../core/errors.ts';
import { transaction, type Database } from '../db/client.ts';
import type { Entity, HoldStatus } from '../db/generated/prisma/enums.ts';
import { tableOf } from './entities/index.ts';
import { tombstone } from './tombstone.ts';

export class HoldNotFoundError extends CimaiseError {
  override readonly name = 'HoldNotFoundError';
  readonly code = 'HOLD_NOT_FOUND';

  constructor() {
    super('There is no such deletion hold; take its id from deletionHolds.');
  }
}

export class HoldDecidedError extends CimaiseError {
  override readonly name = 'HoldDecidedError';
  readonly code = 'HOLD_DECIDED';

  constructor(status: HoldStatus) {
    super(
      `Expected a deletion hold that is open, got one that is ${status}; look at deletionHolds for what is open now.`,
    );
  }
}

export class SyncUnderWayError extends CimaiseError {
  override readonly name = 'SyncUnderWayError';
  readonly code = 'SYNC_UNDER_WAY';

  constructor() {
    super(
      'Expected no sync of the site to be under way, one is, and may find the rows again; decide when it has ended.',
    );
  }
}

interface Hold {
  siteId: number;
  entity: Entity;
  missedAt: Date;
}

/**
 * Tombstones the rows of a deletion hold, but for those that were seen again since.
 *
 * @returns how many were tombstoned
 * @throws HoldNotFoundError, HoldDecidedError, SyncUnderWayError
 */
export async function confirmDeletions(database: Database, holdId: number): Promise<number> {
  return decide(database, holdId, 'CONFIRMED', async (client, { siteId, entity, missedAt }) => {
    const table = tableOf(entity);
    if (table === null) throw new TypeError(`${entity} holds no deletions`);
    const { rows } = await client.query<{ record: string }>(
      'SELECT record FROM deletion_hold_row WHERE hold_id = $1',
      [holdId],
    );
    const records = rows.map(({ record }) => record);
    const deleted = await tombstone(client, table, { siteId, records, missedAt });
    await client.query('UPDATE deletion_hold SET deleted = $2 WHERE id = $1', [holdId, deleted]);
    return deleted;
  });
}

/**
 * Lets the rows of a deletion hold live. A later scan that misses them again holds them again.
 *
 * @throws HoldNotFoundError, HoldDecidedError, SyncUnderWayError
 */
export async function discardDeletions(database: Database, holdId: number): Promise<void> {
  await decide(database, holdId, 'DISCARDED', () => Promise.resolve());
}

/** Closes the hold while no sync of its site can begin. */
async function decide<T>(
  database: Database,
  holdId: number,
  decision: HoldStatus,
  act: (client: ClientBase, hold: Hold) => Promise<T>,
): Promise<T> {
  return transaction(database.pool, async (client) => {
    // The site is locked first: whoever adds a run waits, and one that was just being added is seen below.
    await client.query(
      'SELECT 1 FROM site WHERE id = (SELECT site_id FROM deletion_hold WHERE id = $1) FOR UPDATE',
      [holdId],
    );
    const { rows } = await client.query<Hold & { status: HoldStatus }>(
      `SELECT site_id AS "siteId", entity, status, missed_at AS "missedAt"
       FROM deletion_hold WHERE id = $1 FOR UPDATE`,
      [holdId],
    );
    const [hold] = rows;
    if (hold === undefined) throw new HoldNotFoundError();
    if (hold.status !== 'OPEN') throw new HoldDecidedError(hold.status);
    const active = await client.query('SELECT 1 FROM sync_run WHERE site_id = $1 AND ended_at IS NULL', [
      hold.siteId,
    ]);
    if (active.rows.length > 0) throw new SyncUnderWayError();
    await client.query('UPDATE deletion_hold SET status = $2, decided_at = now() WHERE id = $1', [
      holdId,
      decision,
    ]);
    return act(client, hold);
  });
}
