import { kindOf } from '../json/describe.ts';
import { field, report, type Field, type Payload } from './field.ts';
import type { IssueCode } from './issues.ts';

const longText = 100_000;
const nameText = 1_000;

/** What may be shown of a text in an issue: `shown` for figures of the shop, `personal` for people and prose. */
export type Privacy = 'shown' | 'personal';

/**
 * The text, or null where there is none: null, "" and a missing field are the same. A number is taken as the text it
 * reads as, since sites' own columns are loosely typed.
 */
export function readText(
  value: unknown,
  payload: Payload,
  privacy: Privacy,
  maxLength: number,
): string | null {
  if (value === null || value === undefined || value === '') return null;
  const shown = privacy === 'shown';
  if (typeof value !== 'string') {
    if (typeof value === 'number') return String(value);
    report(payload, value, 'TEXT_NOT_TEXT', `Expected text, got ${kindOf(value)}.`, shown);
    return null;
  }
  if (value.length > maxLength) {
    report(
      payload,
      value,
      'TEXT_TOO_LONG',
      `Expected at most ${maxLength} characters, got ${value.length}.`,
      false,
    );
    return null;
  }
  if (!value.isWellFormed() || value.includes('\0')) {
    const message = 'Expected Unicode text without U+0000, got characters that PostgreSQL cannot store.';
    report(payload, value, 'TEXT_NOT_STORABLE', message, shown);
    return null;
  }
  return value;
}

/** A name-like text: at most 1,000 characters. */
export function shortText(privacy: Privacy): Field<string | null> {
  return field((value, payload) => readText(value, payload, privacy, nameText));
}

/** Prose: at most 100,000 characters, never shown. */
export function longTextField(): Field<string | null> {
  return field((value, payload) => readText(value, payload, 'personal', longText));
}

/** A text without which the row means nothing. */
export function requiredText(privacy: Privacy, maxLength = nameText): Field<string> {
  return field((value, payload) => {
    const text = readText(value, payload, privacy, maxLength);
    if (text !== null && text.trim() !== '') return text;
    if (payload.issues.length === 0) report(payload, value, 'TEXT_MISSING', 'Expected text, got none.');
    return '';
  });
}

/** A text the row can do without, at the price of a finding: kept as "". */
export function expectedText(code: IssueCode, privacy: Privacy): Field<string> {
  return field((value, payload) => {
    const text = readText(value, payload, privacy, nameText);
    if (text !== null && text.trim() !== '') return text;
    if (payload.issues.length === 0)
      report(payload, value, code, 'Expected text, got none; kept as empty text.');
    return '';
  });
}

/** Kept as it came; a finding where it cannot be an address, or there is none. */
export function emailField(): Field<string | null> {
  return field((value, payload) => {
    const email = readText(value, payload, 'personal', nameText);
    if (payload.issues.length > 0) return null;
    if (email === null) report(payload, value, 'EMAIL_MISSING', 'Expected an email address, got none.');
    else if (!isEmail(email))
      report(payload, value, 'EMAIL_INVALID', 'Expected an email address; kept as it came.', false);
    return email;
  });
}

/** One @ with something before it and a dotted name after it, no white space: what mail servers need, no more. */
function isEmail(text: string): boolean {
  const at = text.indexOf('@');
  const dot = text.lastIndexOf('.');
  return (
    at > 0 &&
    at === text.lastIndexOf('@') &&
    dot > at + 1 &&
    dot < text.length - 1 &&
    text.length <= 320 &&
    !/\s/.test(text)
  );
}

/** An image's place on its site. Upstream serves `Images/<file>` only; others are kept and reported. */
export function mainImage(): Field<string | null> {
  return field((value, payload) => {
    const image = readText(value, payload, 'shown', nameText);
    if (image !== null && !image.startsWith('Images/')) {
      report(payload, value, 'IMAGE_OUTSIDE_IMAGES', 'Expected an image under Images/; kept as it came.');
    }
    return image;
  });
}
