import { field, report, type Field } from './field.ts';
import { readText } from './text.ts';

/**
 * `2026-11-20 23:54:32.059568+00` (v2), `2026-11-20 23:54:32` (v1, UTC), ISO 8601, a date alone. Returns UTC with
 * microseconds, `2026-11-20T23:54:32.059568Z`; null where it is no time between 1900 and 2200.
 */
export function parseTime(text: string): string | null {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(
      text.trim(),
    );
  if (match === null) return null;
  const [
    ,
    year = '',
    month = '',
    day = '',
    hour = '00',
    minute = '00',
    second = '00',
    fraction = '',
    zone = 'Z',
  ] = match;
  if (!isDate(Number(year), Number(month), Number(day))) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const offset = offsetMinutes(zone);
  if (offset === null) return null;
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  if (offset === 0) return `${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}Z`;
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute) - offset,
    Number(second),
  );
  return `${new Date(utc).toISOString().slice(0, 19)}.${micros}Z`;
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Minutes east of UTC, or null where no place on Earth has that offset. */
function offsetMinutes(zone: string): number | null {
  if (zone === 'Z') return 0;
  const pastHour = Number(zone.slice(3).replace(':', ''));
  const minutes = Number(zone.slice(1, 3)) * 60 + pastHour;
  if (pastHour > 59 || minutes > 14 * 60) return null;
  return zone.startsWith('-') ? -minutes : minutes;
}

/** When the site made the row; unreadable is unknown. */
export function optionalTime(): Field<string | null> {
  return field((value, payload) => {
    const text = readText(value, payload, 'shown', 1_000);
    if (text === null) return null;
    const time = parseTime(text);
    if (time === null)
      report(payload, value, 'DATE_UNREADABLE', 'Expected a date from 1900 to 2200; kept as unknown.');
    return time;
  });
}

/** A time the row cannot do without. */
export function requiredTime(): Field<string> {
  return field((value, payload) => {
    const text = readText(value, payload, 'shown', 1_000);
    const time = text === null ? null : parseTime(text);
    if (time !== null) return time;
    if (payload.issues.length === 0) {
      report(
        payload,
        value,
        'DATE_INVALID',
        'Expected a date from 1900 to 2200, such as 2026-11-20 23:54:32.',
      );
    }
    return '';
  });
}

export interface SourcedDate {
  /** YYYY-MM-DD as the site writes it: a day of its calendar, moved to no other zone. */
  date: string | null;
  source: string | null;
}

export function calendarDate(): Field<SourcedDate> {
  return field((value, payload) => {
    const source = readText(value, payload, 'shown', 1_000);
    if (source === null) return { date: null, source };
    if (parseTime(source) !== null) return { date: source.trim().slice(0, 10), source };
    report(payload, value, 'DATE_UNREADABLE', 'Expected a date such as 2026-05-01; kept as text only.');
    return { date: null, source };
  });
}
