import type { ClientBase, Pool } from 'pg';
import { z } from 'zod';

import { Entity, EntityRunStatus, RunStatus } from '../db/generated/prisma/enums.ts';
import { CHANNEL, MAX_PAYLOAD_BYTES } from '../events/topics.ts';

const count = z.number().int();
const time = z.coerce.date();

/** Where one entity of a run stands. Counters are rows. */
export const EntityProgress = z.object({
  entity: z.enum(Entity),
  status: z.enum(EntityRunStatus),
  expected: count.nullable(),
  pages: count,
  received: count,
  created: count,
  updated: count,
  unchanged: count,
  rejected: count,
  normalised: count,
  duplicates: count,
  tombstoned: count,
  held: count,
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
});
export type EntityProgress = z.infer<typeof EntityProgress>;

/** Where a run stands: the same shape in the database, in events and on the API. `version` grows with each change. */
export const SyncProgress = z.object({
  runId: z.uuid(),
  siteId: z.number().int(),
  version: z.number().int(),
  status: z.enum(RunStatus),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  requestedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  entities: z.array(EntityProgress),
});
export type SyncProgress = z.infer<typeof SyncProgress>;

const PROGRESS = `
  SELECT json_build_object(
    'runId', run.id, 'siteId', run.site_id, 'version', run.version, 'status', run.status,
    'errorCode', run.error_code, 'errorMessage', run.error_message,
    'requestedAt', run.requested_at, 'startedAt', run.started_at, 'endedAt', run.ended_at,
    'entities', (
      SELECT json_agg(json_build_object(
        'entity', part.entity, 'status', part.status, 'expected', part.expected, 'pages', part.pages,
        'received', part.received, 'created', part.created, 'updated', part.updated,
        'unchanged', part.unchanged, 'rejected', part.rejected, 'normalised', part.normalised,
        'duplicates', part.duplicates, 'tombstoned', part.tombstoned, 'held', part.held,
        'errorCode', part.error_code, 'errorMessage', part.error_message,
        'startedAt', part.started_at, 'endedAt', part.ended_at
      ) ORDER BY part.entity)
      FROM sync_entity_run AS part WHERE part.run_id = run.id
    )
  ) AS progress
  FROM sync_run AS run WHERE run.id = $1`;

/** Reads where a run stands, or null when there is no such run. */
export async function readProgress(pool: Pool, runId: string): Promise<SyncProgress | null> {
  const { rows } = await pool.query<{ progress: unknown }>(PROGRESS, [runId]);
  return rows[0] === undefined ? null : SyncProgress.parse(rows[0].progress);
}

/**
 * Tells every process where the run stands once the caller's transaction commits. A state too large for a
 * notification travels without its data, and is read by those who follow.
 */
export async function publishProgress(client: ClientBase, runId: string): Promise<void> {
  await client.query('UPDATE sync_run SET version = version + 1 WHERE id = $1', [runId]);
  await client.query({
    name: 'publish-progress',
    text: `
      WITH state AS (${PROGRESS}), event AS (
        SELECT json_build_object('topic', 'syncProgress', 'id', $1::uuid, 'data', progress)::text AS whole,
          json_build_object('topic', 'syncProgress', 'id', $1::uuid)::text AS bare FROM state
      )
      SELECT pg_notify($2, CASE WHEN octet_length(whole) <= $3::int THEN whole ELSE bare END) FROM event`,
    values: [runId, CHANNEL, MAX_PAYLOAD_BYTES],
  });
}
