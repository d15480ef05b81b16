import type { ClientBase } from 'pg';

import type { Prisma } from '../db/generated/prisma/client.ts';
import type { Entity } from '../db/generated/prisma/enums.ts';
import { CHANNEL, MAX_PAYLOAD_BYTES } from '../events/topics.ts';
import { Tally, type ProgressEvent } from './sync-event.ts';

// The run's row is locked by its new sequence until the commit: so sequences have no gaps, and grow as commits come.
const numberStoreAndTell = `
  numbered AS (
    UPDATE sync_run SET sequence = sequence + 1 WHERE id = $1::uuid RETURNING id, sequence
  ), stored AS (
    INSERT INTO sync_event (run_id, sequence, at, event)
    SELECT id, sequence, coalesce($5::timestamptz, now()), $2::jsonb FROM numbered
    RETURNING run_id, json_build_object('runId', run_id, 'sequence', sequence, 'at', at, 'event', event) AS data
  ), news AS (
    SELECT json_build_object('topic', 'syncProgress', 'id', run_id, 'data', data)::text AS whole,
      json_build_object('topic', 'syncProgress', 'id', run_id)::text AS bare
    FROM stored
  )
  SELECT pg_notify($3, CASE WHEN octet_length(whole) <= $4::int THEN whole ELSE bare END)::text FROM news`;

const PUBLISH = `WITH ${numberStoreAndTell}`;

const counters = Object.keys(Tally.shape);

const PUBLISH_PAGE = `
  WITH counted AS (
    UPDATE sync_entity_run SET ${counters.map((name) => `${name} = told.${name}`).join(', ')}
    FROM jsonb_to_record($2::jsonb -> 'counters') AS told (${counters.map((name) => `${name} int`).join(', ')})
    WHERE run_id = $1::uuid AND entity = ($2::jsonb ->> 'entity')::entity
  ), ${numberStoreAndTell}`;

/**
 * Stores what happened in a run, in the transaction that changes its rows, and tells every process once that
 * commits. An event too large for a notification is read by those who follow. A run that is gone has no events.
 */
export async function publishEvent(client: ClientBase, runId: string, event: ProgressEvent): Promise<void> {
  await client.query({
    name: 'publish-event',
    text: PUBLISH,
    values: [runId, JSON.stringify(event), CHANNEL, MAX_PAYLOAD_BYTES, null],
  });
}

/** The same of a page, together with the counters of its entity. */
export async function publishPage(
  client: ClientBase,
  runId: string,
  entity: Entity,
  tally: Tally,
): Promise<void> {
  const event: ProgressEvent = { kind: 'PAGE_COMMITTED', entity, counters: tally };
  await client.query({
    name: 'publish-page',
    text: PUBLISH_PAGE,
    values: [runId, JSON.stringify(event), CHANNEL, MAX_PAYLOAD_BYTES, null],
  });
}

/** The first event of a run that was just made. */
export async function publishRequest(
  transaction: Prisma.TransactionClient,
  run: { id: string; siteId: number; entities: Entity[]; requestedAt: Date },
): Promise<void> {
  const { id, siteId, entities, requestedAt } = run;
  const event: ProgressEvent = { kind: 'RUN_REQUESTED', siteId, entities };
  const values = [id, JSON.stringify(event), CHANNEL, MAX_PAYLOAD_BYTES, requestedAt.toISOString()];
  await transaction.$queryRawUnsafe(PUBLISH, ...values);
}
