import type { ClientBase } from 'pg';

import type { Entity } from '../db/generated/prisma/enums.ts';
import { ANY, CHANNEL } from '../events/topics.ts';

/**
 * Tells every process that rows of a mirror have changed, once the caller's transaction commits. Who reads rows that
 * did not change is told nothing.
 */
export async function publishChange(client: ClientBase, siteId: number, entity: Entity): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [
    CHANNEL,
    JSON.stringify({ topic: 'mirrorChanged', id: ANY, data: { siteId, entity } }),
  ]);
}
