import { createServer, connect, type Server, type Socket } from 'node:net';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Database } from '../../src/db/client.ts';
import { openEventBus } from '../../src/events/bus.ts';
import { createTestDatabase } from '../support/database.ts';

const logger = pino({ level: 'silent' });
let database: Database;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const publish = (id: string, data?: unknown) =>
  database.pool.query('SELECT pg_notify($1, $2)', [
    'cimaise',
    JSON.stringify({ topic: 'syncProgress', id, data }),
  ]);

/** A road to the database that can be closed and opened again, and counts those who try it. */
async function startGate(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  let isOpen = true;
  let attempts = 0;
  const server: Server = createServer((socket) => {
    attempts++;
    socket.on('error', () => undefined);
    if (!isOpen) return void socket.resetAndDestroy();
    const road = connect(Number(target.port), target.hostname);
    road.on('error', () => undefined).pipe(socket);
    socket.pipe(road);
    socket.on('close', () => road.destroy());
    open.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : '';
  return {
    url: Object.assign(new URL(databaseUrl), { port: String(port) }).href,
    attempts: () => attempts,
    close() {
      isOpen = false;
      for (const socket of open) socket.resetAndDestroy();
      open.clear();
    },
    open: () => (isOpen = true),
    [Symbol.dispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

describe('the event bus', () => {
  it('gives each subscriber the news of its subject, in order', async () => {
    await using bus = await openEventBus(database.url, logger);
    const [one, same, other] = ['a', 'a', 'b'].map((id) => bus.subscribe('syncProgress', id));
    const first = [one?.next(), same?.next(), other?.next()];

    await publish('b', 0);
    await publish('a', 1);
    await publish('a', 2);

    expect((await Promise.all(first)).map((step) => step?.value)).toEqual([
      { data: 1 },
      { data: 1 },
      { data: 0 },
    ]);
    expect((await one?.next())?.value).toEqual({ data: 2 });
    expect((await same?.next())?.value).toEqual({ data: 2 });
  });

  it('keeps the news of a subscriber that has not asked for any yet', async () => {
    await using bus = await openEventBus(database.url, logger);
    const [waiting, other] = [bus.subscribe('syncProgress', 'early'), bus.subscribe('syncProgress', 'early')];
    const heard = other.next();

    await publish('early', 1);
    await heard;

    expect((await waiting.next()).value).toEqual({ data: 1 });
    await waiting.return?.();
    expect(await waiting.next()).toMatchObject({ done: true });
  });

  it('drops the oldest news of a subscriber that falls behind, never the newest', async () => {
    await using bus = await openEventBus(database.url, logger);
    const slow = bus.subscribe('syncProgress', 'slow');
    const fast = bus.subscribe('syncProgress', 'slow');
    const pending = slow.next();
    const all: unknown[] = [];
    const reading = (async () => {
      for await (const { data } of fast) {
        all.push(data);
        if (data === 199) return;
      }
    })();

    for (let count = 0; count < 200; count++) {
      // oxlint-disable-next-line no-await-in-loop
      await publish('slow', count);
    }
    await reading;

    expect(all).toHaveLength(200);
    expect((await pending).value).toEqual({ data: 0 });
    const rest: unknown[] = [];
    while (rest.at(-1) !== 199) {
      // oxlint-disable-next-line no-await-in-loop
      rest.push((await slow.next()).value.data);
    }
    expect(rest).toEqual(Array.from({ length: 64 }, (_, index) => 136 + index));
  });

  it('passes over what is no event', async () => {
    await using bus = await openEventBus(database.url, logger);
    const news = bus.subscribe('syncProgress', 'a').next();

    await database.pool.query(
      `SELECT pg_notify('cimaise', 'no json'), pg_notify('cimaise', '{"topic": "other"}')`,
    );
    await publish('a', 'sound');

    expect((await news).value).toEqual({ data: 'sound' });
  });

  it('opens a broken connection again, and has everyone read the database', async () => {
    using gate = await startGate(database.url);
    await using bus = await openEventBus(gate.url, logger);
    const news = bus.subscribe('syncProgress', 'a');
    const afterGap = news.next();

    gate.close();
    gate.open();

    expect((await afterGap).value).toEqual({ data: undefined });
    await publish('a', 'again');
    expect((await news.next()).value).toEqual({ data: 'again' });
  });

  it('tries a database that is gone one attempt at a time', async () => {
    using gate = await startGate(database.url);
    await using bus = await openEventBus(gate.url, logger);
    const afterGap = bus.subscribe('syncProgress', 'a').next();
    gate.close();
    const before = gate.attempts();
    const began = performance.now();

    await vi.waitFor(() => expect(gate.attempts() - before).toBeGreaterThanOrEqual(4), { timeout: 10_000 });

    // Half a second lies between two attempts; loops that beget loops would come much faster.
    expect(performance.now() - began).toBeGreaterThan(1_400);
    gate.open();
    expect((await afterGap).value).toEqual({ data: undefined });
  });
});
