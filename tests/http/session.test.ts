import { expect, test } from 'vitest';

import { createFailedAttempts } from '../../src/http/failed-attempts.ts';
import { createSessions } from '../../src/http/session.ts';

test('a session ends after twelve hours, and with another token', () => {
  let now = 1_000_000_000_000;
  const sessions = createSessions('a-token', () => now);
  const cookie = sessions.begin(false).split(';')[0];
  expect(sessions.isOpen(cookie)).toBe(true);
  expect(createSessions('another-token', () => now).isOpen(cookie)).toBe(false);
  now += 12 * 60 * 60_000 - 1_000;
  expect(sessions.isOpen(cookie)).toBe(true);
  now += 1_000;
  expect(sessions.isOpen(cookie)).toBe(false);
});

test('failures are counted by address, and forgotten after five minutes', () => {
  let now = 0;
  const attempts = createFailedAttempts(() => now);
  for (let failures = 0; failures < 9; failures++) attempts.add('a');
  expect(attempts.waitS('a')).toBe(0);
  attempts.add('a');
  expect(attempts.waitS('a')).toBe(300);
  expect(attempts.waitS('b')).toBe(0);
  now = 5 * 60_000;
  expect(attempts.waitS('a')).toBe(0);
});

test('the memory of failures has an end', () => {
  const attempts = createFailedAttempts(() => 0);
  for (let failures = 0; failures < 10; failures++) attempts.add('first');
  for (let address = 0; address < 10_000; address++) attempts.add(String(address));
  expect(attempts.waitS('first')).toBe(0);
});
