import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { systemCodeOf } from '../core/errors.ts';

const CONNECT_AGAIN_AFTER_MS = 200;

/**
 * Holds a connection to tell, at once, when nobody listens any more where PostgreSQL did. One that crashed and recovers
 * by itself listens all the time: that is not told.
 */
export async function watchPostgres(url: string, onGone: () => void): Promise<AsyncDisposable> {
  const stopped = new AbortController();
  let client = await connect(url);

  const watch = async () => {
    // Each connection follows from the end of the one before.
    // oxlint-disable no-await-in-loop
    while (!stopped.signal.aborted) {
      await endOf(client);
      while (!stopped.signal.aborted) {
        try {
          client = await connect(url);
          break;
        } catch (error) {
          if (systemCodeOf(error) === 'ECONNREFUSED' && !stopped.signal.aborted) return onGone();
          await delay(CONNECT_AGAIN_AFTER_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
        }
      }
    }
    // oxlint-enable no-await-in-loop
  };
  void watch();
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await client.end();
    },
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'cimaise-watch', keepAlive: true });
  client.on('error', () => undefined); // its end is what counts
  await client.connect();
  return client;
}

const endOf = (client: Client) => new Promise<void>((resolve) => client.once('end', () => resolve()));
