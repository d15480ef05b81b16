import type { core, z } from 'zod';
import { UnreadableRecord } from '../json/parse-records.ts';
import { kindOf } from '../json/describe.ts';
import { Finding } from './field.ts';
import { redact, severityOf, type RecordIssue, type Validated, type ValidateOptions } from './issues.ts';

/** A row with more findings than this is broken as a whole: the first ones tell. */
const maxIssues = 20;
const context: core.ParseContextInternal = { async: false };

/**
 * Puts one row through its schema. `toRecord` turns what the schema read into the mirror's shape, and is called only
 * when nothing speaks against the row.
 *
 * This runs zod below `safeParse`, which gives either data or issues: a row with warnings has both.
 */
export function validateRow<Row extends { id: number }, T>(
  schema: z.ZodType<Row>,
  toRecord: (row: Row) => T,
  raw: unknown,
  options: ValidateOptions,
): Validated<T> {
  if (raw instanceof UnreadableRecord)
    return rejected({ path: '', code: raw.code, message: raw.message, value: null });
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const message = `Expected an object, got ${kindOf(raw)}.`;
    return rejected({ path: '', code: 'NOT_AN_OBJECT', message, value: redact(raw, false) });
  }
  const result = runSchema(schema, raw);
  const row = result.value;
  if (result.issues.length === 0) return { sourceId: row.id, record: toRecord(row), issues: [] };
  const issues = issuesOf(result.issues, options);
  const sourceId = result.issues.some((issue) => issue.path?.[0] === 'id') ? null : row.id;
  if (holdsColumnNames(raw)) {
    const message =
      'Expected values, got the names of their columns: this template release reads its database wrongly.';
    return rejected({ path: '', code: 'COLUMN_NAMES_AS_VALUES', message, value: null }, sourceId);
  }
  const record = issues[0]?.severity === 'ERROR' ? null : toRecord(row);
  return { sourceId, record, issues };
}

/** The value a schema read, and what it found, both. */
export function runSchema<Row>(schema: z.ZodType<Row>, raw: unknown): core.ParsePayload<Row> {
  const payload = schema._zod.run({ value: raw, issues: [] }, context);
  if (payload instanceof Promise) throw new TypeError('A contract schema must not be asynchronous.');
  return payload as core.ParsePayload<Row>;
}

function rejected(issue: Omit<RecordIssue, 'severity'>, sourceId: number | null = null): Validated<never> {
  return { sourceId, record: null, issues: [{ ...issue, severity: 'ERROR' }] };
}

/** Some releases answer `{"id": "id", "name": "name"}`: every value the name of its own column. */
function holdsColumnNames(raw: object): boolean {
  const entries = Object.entries(raw).filter(([key]) => key !== 'site_name');
  const named = entries.filter(([key, value]) => key === value).length;
  return named >= 2 && named * 2 > entries.length;
}

/** The first findings, errors before warnings, so that the cut never hides why a row stays out. */
export function issuesOf(raw: readonly core.$ZodRawIssue[], options: ValidateOptions): RecordIssue[] {
  const issues = raw.map((issue) => toRecordIssue(issue, options));
  issues.sort((a, b) => Number(b.severity === 'ERROR') - Number(a.severity === 'ERROR'));
  return issues.slice(0, maxIssues);
}

function toRecordIssue(issue: core.$ZodRawIssue, options: ValidateOptions): RecordIssue {
  const finding: unknown = issue.code === 'custom' ? issue.params?.['finding'] : null;
  // Without a finding of ours it is zod's own: something that should be an object is none.
  const { code, shown } = finding instanceof Finding ? finding : new Finding('NOT_AN_OBJECT', false);
  const message =
    finding instanceof Finding ? issue.message : `Expected an object, got ${kindOf(issue.input)}.`;
  return {
    path: pathOf(issue.path ?? []),
    code,
    severity: severityOf(code, options),
    message: message ?? '',
    value: redact(issue.input, shown),
  };
}

/** `items[1].quantity` */
function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}
