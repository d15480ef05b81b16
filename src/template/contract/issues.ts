import type { UnreadableCode } from '../json/parse-records.ts';

export type Severity = 'ERROR' | 'WARNING';

/** One finding about one row. An ERROR keeps the row out of the mirror; a WARNING lets it in as described. */
export interface RecordIssue {
  /** The field as the site names it: `price`, `items[1].quantity`; empty for the row as a whole. */
  path: string;
  code: IssueCode;
  severity: Severity;
  message: string;
  /** What came, at most 120 characters; a person's data is replaced by its kind and length. Null where nothing came. */
  value: string | null;
}

/** How the contract is applied. */
export interface ValidateOptions {
  /** Turns the warnings that the upstream documents call errors into errors. */
  strict: boolean;
}

export interface Validated<T> {
  /** The row's id on its site; null where it has no sound one. */
  sourceId: number | null;
  /** Null: the row stays out. */
  record: T | null;
  issues: RecordIssue[];
}

/**
 * Every finding and its weight. `documented` are the rules of the upstream documents that real rows break: warnings,
 * and errors in strict mode.
 */
const weights = {
  RECORD_TOO_LARGE: 'error',
  RECORD_TOO_DEEP: 'error',
  RECORD_NOT_UTF8: 'error',
  RECORD_NOT_JSON: 'error',
  NOT_AN_OBJECT: 'error',
  COLUMN_NAMES_AS_VALUES: 'error',
  ID_INVALID: 'error',
  TEXT_MISSING: 'error',
  TEXT_NOT_TEXT: 'error',
  TEXT_NOT_STORABLE: 'error',
  TEXT_TOO_LONG: 'error',
  PRICE_INVALID: 'error',
  NUMBER_INVALID: 'error',
  DATE_INVALID: 'error',
  ITEMS_INVALID: 'error',
  PRICE_ROUNDED: 'warning',
  PRICE_ZERO: 'documented',
  QUANTITY_MISSING: 'warning',
  QUANTITY_NEGATIVE: 'warning',
  YEAR_INTERPRETED: 'documented',
  YEAR_UNREADABLE: 'documented',
  STATUS_NORMALISED: 'documented',
  STATUS_UNKNOWN: 'documented',
  ROLE_NORMALISED: 'documented',
  ROLE_UNKNOWN: 'documented',
  ROLE_MISSING: 'documented',
  IMAGE_OUTSIDE_IMAGES: 'documented',
  NAME_MISSING: 'documented',
  EMAIL_INVALID: 'documented',
  EMAIL_MISSING: 'documented',
  ITEMS_MISSING: 'documented',
  TITLE_MISSING: 'warning',
  DATE_UNREADABLE: 'warning',
  FLAG_UNREADABLE: 'warning',
  FIGURE_UNREADABLE: 'warning',
  SETTING_REPEATED: 'warning',
} as const satisfies Record<string, 'error' | 'warning' | 'documented'> & Record<UnreadableCode, 'error'>;

export type IssueCode = keyof typeof weights;

export function severityOf(code: IssueCode, options: ValidateOptions): Severity {
  const weight = weights[code];
  return weight === 'error' || (weight === 'documented' && options.strict) ? 'ERROR' : 'WARNING';
}

/** What came, fit to be stored and shown: whole values only where they are no one's personal data. */
export function redact(value: unknown, shown: boolean): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') {
    if (!shown) return `text of ${value.length} characters`;
    return shorten(value.toWellFormed().replaceAll('\0', '\u{FFFD}'));
  }
  if (typeof value === 'number' || typeof value === 'boolean')
    return shown ? String(value) : `a ${typeof value}`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

function shorten(text: string): string {
  return text.length <= 120
    ? text
    : `${text
        .slice(0, 119)
        .toWellFormed()
        .replace(/\u{FFFD}$/u, '')}…`;
}
