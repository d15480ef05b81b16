import type { ClientBase, Pool } from 'pg';

import type { Entity, ScanVerdict } from '../db/generated/prisma/enums.ts';
import { idsFromBytes, idsToBytes } from './id-bytes.ts';
import type { PassPart } from './pass.ts';

export interface ScanScope {
  runId: string;
  entity: Entity;
}

/** Rows the site said it held, before and after it was read; null where it did not say. */
export interface Totals {
  before: number | null;
  after: number | null;
}

/** A scan as it is stored: the certificate, and where it goes on. */
export interface StoredScan {
  startedAt: Date;
  endedAt: Date | null;
  verdict: ScanVerdict;
  totals: Totals;
  parts: PassPart[];
}

/** The scans that an entity of a run has begun so far, in their order. */
export async function readScans(pool: Pool, { runId, entity }: ScanScope): Promise<StoredScan[]> {
  const scans = await pool.query<{
    startedAt: Date;
    endedAt: Date | null;
    verdict: ScanVerdict;
    before: number | null;
    after: number | null;
  }>(
    `SELECT started_at AS "startedAt", ended_at AS "endedAt", verdict, total_before AS before, total_after AS after
     FROM sync_scan WHERE run_id = $1 AND entity = $2 ORDER BY pass`,
    [runId, entity],
  );
  const stored = scans.rows.map(({ before, after, ...scan }): StoredScan => ({
    ...scan,
    totals: { before, after },
    parts: [],
  }));
  if (stored.length === 0) return [];
  const parts = await pool.query<Omit<PassPart, 'ids'> & { pass: number; ids: Buffer }>(
    `SELECT pass, "offset", position, pages, rows, is_tied AS "isTied", is_ordered AS "isOrdered", ids FROM sync_scan_part
     WHERE run_id = $1 AND entity = $2 ORDER BY pass, sequence`,
    [runId, entity],
  );
  for (const { pass, ids, ...part } of parts.rows) {
    stored[pass - 1]?.parts.push({ ...part, ids: idsFromBytes(ids) });
  }
  return stored;
}

/** @param startedAt before its first request is sent, by the clock of the database */
export async function beginScan(
  client: ClientBase,
  { runId, entity }: ScanScope,
  pass: number,
  scan: { startedAt: Date; totalBefore: number | null },
): Promise<void> {
  await client.query(
    `INSERT INTO sync_scan (run_id, entity, pass, started_at, total_before) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (run_id, entity, pass) DO UPDATE SET started_at = $4, total_before = $5`,
    [runId, entity, pass, scan.startedAt, scan.totalBefore],
  );
}

/** Keeps a part that was read: after a kill the scan goes on behind it. */
export async function savePart(
  client: ClientBase,
  { runId, entity }: ScanScope,
  { pass, sequence, part }: { pass: number; sequence: number; part: PassPart },
): Promise<void> {
  await client.query({
    name: 'save-scan-part',
    text: `
      INSERT INTO sync_scan_part
        (run_id, entity, pass, sequence, "offset", position, pages, rows, is_tied, is_ordered, ids)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [
      runId,
      entity,
      pass,
      sequence,
      part.offset,
      part.position,
      part.pages,
      part.rows,
      part.isTied,
      part.isOrdered,
      idsToBytes(part.ids),
    ],
  });
}

/** What a scan that was read to its end has shown. */
export interface Certificate {
  verdict: ScanVerdict;
  pages: number;
  /** That were asked for, in their order. */
  offsets: readonly number[];
  /** Rows met, each once: those with an id, and those without. */
  rows: number;
  distinctIds: number;
  /** Of all ids in their order. */
  digest: string | null;
  totals: Totals;
  /** Live rows of the mirror that it did not meet. */
  missing: number;
}

/** Completes the certificate of a scan. */
export async function endScan(
  client: ClientBase,
  { runId, entity }: ScanScope,
  pass: number,
  certificate: Certificate,
): Promise<void> {
  const { verdict, pages, offsets, rows, distinctIds, digest, totals, missing } = certificate;
  await client.query(
    `UPDATE sync_scan SET verdict = $4, pages = $5, offsets = $6, rows = $7, distinct_ids = $8, missing = $9,
       total_before = $10, total_after = $11, digest = $12, ended_at = now()
     WHERE run_id = $1 AND entity = $2 AND pass = $3`,
    [
      runId,
      entity,
      pass,
      verdict,
      pages,
      offsets,
      rows,
      distinctIds,
      missing,
      totals.before,
      totals.after,
      digest,
    ],
  );
}

/** Forgets where the scans of a run stood; their certificates stay. */
export async function forgetParts(client: ClientBase, runId: string, entity: Entity | null): Promise<void> {
  await client.query('DELETE FROM sync_scan_part WHERE run_id = $1 AND ($2::entity IS NULL OR entity = $2)', [
    runId,
    entity,
  ]);
}
