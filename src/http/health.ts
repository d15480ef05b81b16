import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import type { Database } from '../db/client.ts';
import { sendJson } from './answer.ts';

const READY_TIMEOUT_MS = 2_000;

/** `GET /health`: the process runs. */
export const answerHealth = (response: ServerResponse): void => sendJson(response, 200, { status: 'ok' });

/** `GET /ready`: requests can be answered, for which the database has to. */
export async function answerReady(database: Database, response: ServerResponse): Promise<void> {
  const answered = database.pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  const inTime = await Promise.race([answered, wait(READY_TIMEOUT_MS, false, { ref: false })]);
  if (inTime) sendJson(response, 200, { status: 'ready' });
  else sendJson(response, 503, { status: 'unavailable', reason: 'The database does not answer.' });
}
