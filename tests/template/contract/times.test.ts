import { expect, it } from 'vitest';
import { validateExhibition } from '../../../src/template/contract/exhibition.ts';
import { parseTime } from '../../../src/template/contract/times.ts';

it.each([
  ['2026-11-20 23:54:32.059568+00', '2026-11-20T23:54:32.059568Z'],
  ['2026-11-20 23:54:32', '2026-11-20T23:54:32.000000Z'],
  [' 2026-11-20 23:54:32 ', '2026-11-20T23:54:32.000000Z'],
  ['2026-11-20T23:54:32.5Z', '2026-11-20T23:54:32.500000Z'],
  ['2026-11-20T23:54:32.123456789Z', '2026-11-20T23:54:32.123456Z'],
  ['2026-11-20T23:54', '2026-11-20T23:54:00.000000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000000Z'],
  ['2026-01-01 00:30:00.000001+01', '2025-12-31T23:30:00.000001Z'],
  ['2026-11-20 23:54:32+05:30', '2026-11-20T18:24:32.000000Z'],
  ['2026-11-20 23:54:32-0330', '2026-11-21T03:24:32.000000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000000Z'],
  ['1900-01-01', '1900-01-01T00:00:00.000000Z'],
  ['2200-12-31 23:59:59', '2200-12-31T23:59:59.000000Z'],
])('%s is %s', (text, time) => {
  expect(parseTime(text)).toBe(time);
  // PostgreSQL and Date must agree with it.
  expect(new Date(time).toISOString().slice(0, 19)).toBe(time.slice(0, 19));
});

it.each([
  '',
  'soon',
  'created_at',
  '20/11/2026',
  '2026-13-01',
  '2026-00-10',
  '2026-02-29',
  '2026-02-30',
  '2026-04-31',
  '2026-01-00',
  '2026-11-20 24:00:00',
  '2026-11-20 23:60:00',
  '2026-11-20 23:54:60',
  '2026-11-20 23:54:32+15:00',
  '2026-11-20 23:54:32+01:75',
  '1899-12-31',
  '2201-01-01',
  '9999-12-31 23:59:59',
  '0000-00-00 00:00:00',
  '12026-11-20',
  '2026-11-20 23:54:32 and more',
  `2026-11-20 23:54:32.${'1'.repeat(50_000)}`,
])('%s is no time', (text) => {
  expect(parseTime(text)).toBe(null);
});

it.each([
  ['2026-05-01', '2026-05-01', []],
  ['2026-05-01 23:30:00-05', '2026-05-01', []],
  ['1er mai 2026', null, ['DATE_UNREADABLE']],
  ['2026-02-30', null, ['DATE_UNREADABLE']],
  [null, null, []],
  ['', null, []],
])("an exhibition's day %j is %s, a day of the site's own calendar", (date, day, codes) => {
  const { record, issues } = validateExhibition({ id: 1, title: 'x', date }, { strict: true });
  expect(record).toMatchObject({ date: day, dateSource: date === '' ? null : date });
  expect(issues.map(({ code }) => code)).toEqual(codes);
});
