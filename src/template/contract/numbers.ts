import { kindOf } from '../json/describe.ts';
import { field, report, type Field, type Payload } from './field.ts';

const maxInt4 = 2_147_483_647;
/** numeric(18, 4) holds 14 digits before the point. */
const maxMoney = 1e14;

/** An id of the site's own. A number above 2^53 has already lost its last digits when it is read. */
function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const idExpected = 'Expected a whole number from 0 to 9007199254740991';

export function sourceId(): Field<number> {
  return field((value, payload) => {
    if (isId(value)) return value;
    report(payload, value, 'ID_INVALID', `${idExpected}, got ${describeNumber(value)}.`);
    return 0;
  });
}

/** An id that may be absent: v2 gives items none, a guest's order names no user. */
export function optionalId(): Field<number | null> {
  return field((value, payload) => {
    if (value === null || value === undefined) return null;
    if (isId(value)) return value;
    report(payload, value, 'ID_INVALID', `${idExpected} or null, got ${describeNumber(value)}.`);
    return null;
  });
}

/** Money as an exact decimal text with at most four decimals. */
export function money(zero: 'zero is fine' | 'zero is odd'): Field<string> {
  return field((value, payload) => {
    const amount = readMoney(value, payload);
    if (amount === '0' && zero === 'zero is odd')
      report(payload, value, 'PRICE_ZERO', 'Expected a price above 0, got 0.');
    return amount ?? '0';
  });
}

export function isMoney(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < maxMoney;
}

/** The amount as decimal text; null, and reported, where it is none. */
export function readMoney(value: unknown, payload: Payload): string | null {
  if (!isMoney(value)) {
    report(
      payload,
      value,
      'PRICE_INVALID',
      `Expected a number from 0 to below 10^14, got ${describeNumber(value)}.`,
    );
    return null;
  }
  if (Number.isInteger(value)) return String(value);
  const text = String(value);
  if (!text.includes('e') && text.length - text.indexOf('.') <= 5) return text;
  const rounded = roundToFour(text);
  report(payload, value, 'PRICE_ROUNDED', `Expected at most 4 decimals; rounded to ${rounded}.`);
  return rounded;
}

/**
 * Half up on the decimal text, which is the number's shortest: 1.00005 becomes 1.0001, though its binary value is a
 * little below. Numbers too small for plain notation (below 10^-6) round to 0.
 */
function roundToFour(text: string): string {
  if (text.includes('e')) return '0';
  const [whole = '0', decimals = ''] = text.split('.');
  const up = (decimals[4] ?? '0') >= '5' ? 1n : 0n;
  const scaled = (BigInt(whole + decimals.slice(0, 4)) + up).toString().padStart(5, '0');
  const fraction = trimZeros(scaled.slice(-4));
  return scaled.slice(0, -4) + (fraction === '' ? '' : `.${fraction}`);
}

function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

function isInt4(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(Number(value)) <= maxInt4;
}

/** A whole number that PostgreSQL's integer holds; null and missing are `absent`. */
export function wholeNumber(absent: number): Field<number> {
  return field((value, payload) => {
    if (value === null || value === undefined) return absent;
    return readInt4(value, payload);
  });
}

function readInt4(value: unknown, payload: Payload): number {
  if (isInt4(value)) return value === 0 ? 0 : value;
  report(
    payload,
    value,
    'NUMBER_INVALID',
    `Expected a whole number within ±2147483647, got ${describeNumber(value)}.`,
  );
  return 0;
}

/** What the shop has of a painting. */
export function stock(): Field<number> {
  return field((value, payload) => {
    if (value === null || value === undefined) {
      report(payload, value, 'QUANTITY_MISSING', 'Expected a quantity, got none; read as 0.');
      return 0;
    }
    const quantity = readInt4(value, payload);
    if (quantity < 0)
      report(payload, value, 'QUANTITY_NEGATIVE', 'Expected a quantity of 0 or more; kept as it came.');
    return quantity;
  });
}

/** How many were bought: a sum must not silently miss any, so there is no default. */
export function boughtQuantity(): Field<number> {
  return field((value, payload) => {
    if (isInt4(value) && value >= 0) return value;
    report(
      payload,
      value,
      'NUMBER_INVALID',
      `Expected a whole number of 0 or more, got ${describeNumber(value)}.`,
    );
    return 0;
  });
}

/** true, false, 1, 0; anything else is unknown. */
export function flag(): Field<boolean | null> {
  return field((value, payload) => {
    if (value === 0 || value === false) return false;
    if (value === 1 || value === true) return true;
    if (value === null || value === undefined) return null;
    report(payload, value, 'FLAG_UNREADABLE', 'Expected 0, 1, true or false; kept as unknown.', false);
    return null;
  });
}

/** A figure of the site's own statistics; what is no figure is unknown. */
export function figure(): Field<number | null> {
  return field((value, payload) => {
    if (value === null || value === undefined) return null;
    if (isInt4(value) && value >= 0) return value;
    report(payload, value, 'FIGURE_UNREADABLE', 'Expected a whole number of 0 or more; kept as unknown.');
    return null;
  });
}

function describeNumber(value: unknown): string {
  if (typeof value !== 'number') return kindOf(value);
  if (!Number.isFinite(value)) return 'a number that is not finite';
  return value < 0 ? 'a number below 0' : 'another number';
}
