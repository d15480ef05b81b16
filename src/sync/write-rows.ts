import type { ClientBase } from 'pg';

import { upsert, type BulkCounts, type Upsert } from '../db/bulk.ts';
import { compare } from '../db/compare.ts';
import type { Entity } from '../db/generated/prisma/enums.ts';
import { publishChange } from './changes.ts';
import { DIFFERENCES_SHOWN, ofChange, ofRejections, recordDifferences } from './differences.ts';
import { supersedeHoldOf } from './deletion-holds.ts';
import type { EntityContext } from './entity-sync.ts';
import { recordIssues, type FoundIssue } from './issues.ts';

/** Rows that came together, with what was found wrong in them. */
export interface CheckedRows<Row> {
  rows: readonly Row[];
  /** Every record by the name its issues go by, those that stay out among them. */
  records: readonly string[];
  issues: readonly FoundIssue[];
  sentAt: Date;
}

/** What was open of the entity before. */
export interface OpenMatters {
  /** Whether any issue is: without, rows without findings have none to close. */
  issues: boolean;
  /** Whether deletions wait: their rows may be among those that came. */
  hold: boolean;
}

/** Writes rows and issues, and tells who listens when something changed; in a dry run it says what that would do. */
export async function writeRows<Row>(
  client: ClientBase,
  { siteId, lease, isDryRun, observedAt }: EntityContext,
  entity: Entity,
  statement: Upsert<Row>,
  { rows, records, issues, sentAt }: CheckedRows<Row>,
  open: OpenMatters,
): Promise<BulkCounts> {
  const scope = { siteId, runId: lease.runId, entity };
  const at = observedAt(sentAt);
  if (isDryRun) {
    const { counts, changes } = await compare(client, statement, siteId, at, rows, DIFFERENCES_SHOWN);
    await recordDifferences(client, scope, [...changes.map(ofChange), ...ofRejections(issues)]);
    return counts;
  }
  const counts = await upsert(client, statement, siteId, at, rows);
  if (open.issues || issues.length > 0) await recordIssues(client, scope, records, issues);
  if (open.hold) await supersedeHoldOf(client, { siteId, entity, records });
  if (counts.created + counts.updated > 0) await publishChange(client, siteId, entity);
  return counts;
}
