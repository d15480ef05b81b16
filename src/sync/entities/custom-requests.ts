import { leave } from '../../core/leave.ts';
import { upsertStatement } from '../../db/bulk.ts';
import {
  customRequestFields,
  validateCustomRequest,
  type CustomRequestRecord,
} from '../../template/contract/custom-request.ts';
import type { ListEnd, RecordBatch } from '../../template/client.ts';
import type { EntityContext, EntitySync } from '../entity-sync.ts';
import { writeLog } from '../runs.ts';
import { syncList } from '../sync-list.ts';
import { recordTable } from '../tombstone.ts';

const statement = upsertStatement<CustomRequestRecord>(
  'custom_request',
  [{ name: 'source_id', type: 'bigint', of: (request) => request.sourceId }],
  [
    { name: 'client_name', type: 'text', of: (request) => request.clientName },
    { name: 'client_email', type: 'text', of: (request) => request.clientEmail },
    { name: 'client_phone', type: 'text', of: (request) => request.clientPhone },
    { name: 'description', type: 'text', of: (request) => request.description },
    { name: 'project_type', type: 'text', of: (request) => request.projectType },
    { name: 'budget', type: 'text', of: (request) => request.budget },
    { name: 'dimensions', type: 'text', of: (request) => request.dimensions },
    { name: 'deadline', type: 'text', of: (request) => request.deadline },
    { name: 'reference_images', type: 'text', of: (request) => request.referenceImages },
    { name: 'admin_notes', type: 'text', of: (request) => request.adminNotes },
    { name: 'status', type: 'custom_request_status', of: (request) => request.status },
    { name: 'status_source', type: 'text', of: (request) => request.statusSource },
    { name: 'created_at', type: 'timestamptz', of: (request) => request.createdAt },
  ],
);

/**
 * Reads the list, or, where a broken v2 release answers the names of its columns instead of their values, the same
 * table of `full`. That answer carries secrets too: only this table's named fields are looked at.
 */
async function* readRequests(context: EntityContext): AsyncGenerator<RecordBatch, ListEnd> {
  const { template, site, signal, database, lease } = context;
  const list = template.list(site, 'customRequests', { signal });
  for (let step = await list.next(); ; step = await list.next()) {
    if (step.done === true) return step.value;
    if (step.value.records.some(holdsColumnNames)) break;
    yield step.value;
  }
  await leave(list);
  const found =
    'The site answers the names of the columns instead of the requests: they are read from /api/export/full.';
  await writeLog(database.pool, lease.runId, 'WARNING', 'CUSTOM_REQUESTS', found);
  return yield* template.fullTable(site, 'custom_requests', { signal });
}

const holdsColumnNames = (record: unknown): boolean =>
  typeof record === 'object' && record !== null && 'id' in record && record.id === 'id';

export const customRequests: EntitySync = {
  entity: 'CUSTOM_REQUESTS',
  table: recordTable(statement.table),
  expected: (stats) => stats.customRequests,
  sync: (context) =>
    syncList(context, {
      entity: 'CUSTOM_REQUESTS',
      paged: false,
      read: readRequests,
      validate: validateCustomRequest,
      fields: customRequestFields,
      statement,
    }),
};
