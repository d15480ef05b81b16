import { expect, it } from 'vitest';

import { createMailbox } from '../../src/sync/mailbox.ts';
import { runningState } from '../graphql/support/progress.ts';

const state = (runId: string, sequence: number) => ({ ...runningState, runId, sequence });

async function takeAll(mailbox: ReturnType<typeof createMailbox>) {
  const all: string[] = [];
  for (let next = await mailbox.take(); next !== undefined; next = await mailbox.take()) {
    all.push(`${next.runId}${next.sequence}`);
  }
  return all;
}

it('keeps a burst', async () => {
  const mailbox = createMailbox();
  for (let sequence = 1; sequence <= 16; sequence++) mailbox.put(state('a', sequence));
  mailbox.close();
  expect(await takeAll(mailbox)).toHaveLength(16);
});

it('holds the newest of each run for one who does not read, and no more', async () => {
  const mailbox = createMailbox();
  mailbox.put(state('b', 1));
  for (let sequence = 1; sequence <= 1_700; sequence++) mailbox.put(state('a', sequence));
  mailbox.close();
  const kept = await takeAll(mailbox);
  expect(kept.length).toBeLessThanOrEqual(16);
  expect(kept[0]).toBe('b1');
  expect(kept.at(-1)).toBe('a1700');
});

it('holds a thousand runs at most', async () => {
  const mailbox = createMailbox();
  for (let run = 1; run <= 3_000; run++) mailbox.put(state(`run-${run}-`, 1));
  mailbox.close();
  const kept = await takeAll(mailbox);
  expect(kept).toHaveLength(1_000);
  expect(kept.at(-1)).toBe('run-3000-1');
});

it('tells one who waits', async () => {
  const mailbox = createMailbox();
  const taken = mailbox.take();
  mailbox.put(state('a', 1));
  expect(await taken).toMatchObject({ runId: 'a' });
});

it('throws what it was closed with, after what waits was read', async () => {
  const mailbox = createMailbox();
  mailbox.put(state('a', 1));
  mailbox.close(new Error('the database is gone'));
  expect(await mailbox.take()).toMatchObject({ runId: 'a' });
  await expect(mailbox.take()).rejects.toThrow('the database is gone');
});
