import { leave } from '../core/leave.ts';
import type { FieldCensus } from '../template/contract/field-census.ts';
import type { ValidateOptions, Validated } from '../template/contract/issues.ts';
import type { FoundIssue } from './issues.ts';
import type { PassPart } from './pass.ts';
import type { ScanChunk, ScanEnd } from './scan.ts';

/** A checked chunk, ready to be written in one statement. */
export interface ValidPage<Row> {
  rows: Row[];
  issues: FoundIssue[];
  /** Every record of the page by the name its issues go by. */
  records: string[];
  rejected: number;
  normalised: number;
  duplicates: number;
  part: PassPart;
  sentAt: Date;
}

/** Checks chunk after chunk, and counts its fields. A bad record becomes an issue and the rest goes on. */
export async function* validateChunks<Row extends { sourceId: number }>(
  chunks: AsyncGenerator<ScanChunk, ScanEnd>,
  validate: (raw: unknown, options: ValidateOptions) => Validated<Row>,
  options: ValidateOptions,
  census: FieldCensus,
): AsyncGenerator<ValidPage<Row>, ScanEnd> {
  try {
    let step = await chunks.next();
    for (; step.done !== true; step = await chunks.next())
      yield validateChunk(step.value, validate, options, census);
    return step.value;
  } finally {
    await leave(chunks);
  }
}

function validateChunk<Row extends { sourceId: number }>(
  chunk: ScanChunk,
  validate: (raw: unknown, options: ValidateOptions) => Validated<Row>,
  options: ValidateOptions,
  census: FieldCensus,
): ValidPage<Row> {
  // Keyed by id: one statement cannot write a row twice, and of two rows with one id the later arrival wins.
  const rows = new Map<number, Row>();
  const issues: FoundIssue[] = [];
  const records: string[] = [];
  let rejected = 0;
  let normalised = 0;
  for (const [place, raw] of chunk.records.entries()) {
    const { sourceId, record, issues: found } = validate(raw, options);
    const name = sourceId === null ? `@${chunk.firstIndex + place}` : String(sourceId);
    records.push(name);
    // The names of columns in place of values say nothing about the fields.
    if (found[0]?.code !== 'COLUMN_NAMES_AS_VALUES') census.count(raw);
    for (const issue of found) issues.push({ record: name, ...issue });
    if (record === null) {
      rejected++;
      continue;
    }
    if (found.length > 0) normalised++;
    if (rows.has(record.sourceId)) issues.push(repeated(name));
    rows.set(record.sourceId, record);
  }
  const { duplicates, part, sentAt } = chunk;
  return { rows: [...rows.values()], issues, records, rejected, normalised, duplicates, part, sentAt };
}

const repeated = (record: string): FoundIssue => ({
  record,
  path: 'id',
  code: 'DUPLICATE_ID',
  severity: 'WARNING',
  message: 'Expected each id once on a page, got this one again; the later record is kept.',
  value: record,
});
