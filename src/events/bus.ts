import { setTimeout as delay } from 'node:timers/promises';

import { Repeater, SlidingBuffer } from '@repeaterjs/repeater';
import { Client } from 'pg';

import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { CHANNEL, Event, type Topic } from './topics.ts';

/** News of one subject; `data` is undefined when the subscriber has to read the database. */
interface News {
  data: unknown;
}

export interface EventBus extends AsyncDisposable {
  /**
   * Follows one subject from this call on, until the consumer returns. A consumer that falls behind loses the oldest
   * news, never the newest; after a lost connection it gets one news without data.
   */
  subscribe(topic: Topic, id: string): AsyncIterableIterator<News>;
  /**
   * Calls the listener with the news of every subject of the topic, at once and in order, until it is disposed;
   * after a lost connection with an id of null: anything may have happened. The listener must not throw.
   */
  listen(topic: Topic, listener: (id: string | null, data: unknown) => void): Disposable;
}

const UNREAD_AT_MOST = 64;
const RECONNECT_AFTER_MS = 500;
const HEARTBEAT_MS = 30_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;

/** Listens on a connection of its own, and opens another for as long as it is not disposed. */
export async function openEventBus(databaseUrl: string, logger: Logger): Promise<EventBus> {
  const subscribers = new Map<string, Set<(news: News) => void>>();
  const listeners = new Set<{ topic: Topic; tell: (id: string | null, data: unknown) => void }>();
  const stopped = new AbortController();
  let client: Client | undefined;

  const deliver = (payload: string | undefined) => {
    const event = Event.safeParse(payload === undefined ? undefined : parseJson(payload));
    if (!event.success) return logger.warn({ err: event.error }, 'a notification could not be read');
    const { topic, id, data } = event.data;
    for (const push of subscribers.get(keyOf(topic, id)) ?? []) push({ data });
    for (const listener of listeners) if (listener.topic === topic) listener.tell(id, data);
  };

  const connect = async () => {
    const next = new Client({
      connectionString: databaseUrl,
      application_name: 'cimaise-events',
      query_timeout: HEARTBEAT_TIMEOUT_MS,
    });
    next.on('notification', (message) => deliver(message.payload));
    next.on('error', (error) => logger.warn({ err: error }, 'the event connection broke'));
    try {
      await next.connect();
      await next.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    // A link that was cut without a word shows only when something is sent over it.
    const heartbeat = setInterval(() => {
      next.query('SELECT 1').catch(() => next.connection.stream.destroy());
    }, HEARTBEAT_MS);
    next.once('end', () => clearInterval(heartbeat));
    // Only now: a failed attempt ends too, and would start a second loop beside the one that made it.
    next.once('end', () => void reconnect());
    client = next;
  };

  const reconnect = async () => {
    while (!stopped.signal.aborted) {
      await delay(RECONNECT_AFTER_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      try {
        await connect();
        // What was published in between is lost: everyone reads the database again.
        for (const pushes of subscribers.values()) for (const push of pushes) push({ data: undefined });
        for (const { tell } of listeners) tell(null, undefined);
        return;
      } catch (error) {
        logger.warn({ reason: messageOf(error) }, 'the event connection could not be opened again yet');
      }
    }
  };

  await connect();
  return {
    subscribe(topic, id) {
      const key = keyOf(topic, id);
      // A Repeater starts with its first `next`: what comes before that waits here.
      const early: News[] = [];
      let push = (news: News) => {
        if (early.push(news) > UNREAD_AT_MOST) early.shift();
      };
      const listener = (news: News) => push(news);
      const leave = () => {
        const left = subscribers.get(key);
        left?.delete(listener);
        if (left?.size === 0) subscribers.delete(key);
      };
      subscribers.set(key, (subscribers.get(key) ?? new Set()).add(listener));
      // Each subscriber has its own buffer: one shared between them would let the slowest decide for all.
      const news = new Repeater<News>(async (send, stop) => {
        push = (one) => void send(one);
        for (const one of early) push(one);
        await stop;
      }, new SlidingBuffer(UNREAD_AT_MOST));
      return {
        next: () => news.next(),
        return() {
          leave();
          return news.return();
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    listen(topic, tell) {
      const listener = { topic, tell };
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await client?.end();
    },
  };
}

const keyOf = (topic: Topic, id: string) => `${topic}:${id}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
