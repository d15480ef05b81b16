import type { Generation } from './record.ts';

const FIRST_DAY = Date.UTC(2018, 2, 1);
const LAST_DAY = Date.UTC(2026, 10, 20);
const HALF_WAY_ID = 500;
const DAY_SECONDS = 86_400;

/**
 * The moment a row was made, in microseconds. It grows with the id and never passes the last day, so that ten
 * rows and a million both look like the life of a gallery, and the order by date is known without sorting.
 */
export function momentOf(id: number): number {
  return Math.floor((FIRST_DAY + (LAST_DAY - FIRST_DAY) * (id / (id + HALF_WAY_ID))) * 1000);
}

/** `2026-11-20 23:54:32.059568+00` in v2, `2026-11-20 23:54:32` in v1. */
export function stampText(micros: number, generation: Generation): string {
  const seconds = Math.floor(micros / 1_000_000);
  const text = `${dayText(micros)} ${clockText(seconds - Math.floor(seconds / DAY_SECONDS) * DAY_SECONDS)}`;
  if (generation === 'v1') return text;
  return `${text}.${String(1_000_000 + (micros - seconds * 1_000_000)).slice(1)}+00`;
}

/** `2026-05-01` */
export function dayText(micros: number): string {
  const day = Math.floor(micros / (DAY_SECONDS * 1_000_000));
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
    dayTexts.set(day, text);
  }
  return text;
}

// A Date for each of a million rows is what would cost most in making them; there are a few thousand days.
const dayTexts = new Map<number, string>();
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

function clockText(secondOfDay: number): string {
  const hours = Math.floor(secondOfDay / 3600);
  const minutes = Math.floor(secondOfDay / 60) - hours * 60;
  return `${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes]}:${TWO_DIGITS[secondOfDay % 60]}`;
}
