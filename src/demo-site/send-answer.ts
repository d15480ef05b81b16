import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Answer, Chunk } from './answer.ts';

const CHUNKS_A_TURN = 16;

/** Sends an answer; a long one goes only as fast as the client reads, and ends when the client is gone. */
export async function sendAnswer(
  answer: Answer,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) {
    const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
    response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
    response.end(body);
    return;
  }
  response.writeHead(answer.status, answer.headers);
  await writeChunks(answer.body, response, signal);
  response.end();
}

/** Writes chunks with backpressure; returns early when the client has gone. */
export async function writeChunks(
  chunks: Iterable<Chunk>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let written = 0;
  for (const chunk of chunks) {
    if (response.destroyed) return;
    if (!response.write(chunk)) {
      if (response.destroyed) return;
      // oxlint-disable-next-line no-await-in-loop
      await drained(response, signal);
    } else if (++written % CHUNKS_A_TURN === 0) {
      // A fast reader must not keep the other requests of this process waiting.
      // oxlint-disable-next-line no-await-in-loop
      await nextTurn(undefined, { signal });
    }
  }
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const either = AbortSignal.any([signal, settled.signal]);
  try {
    await Promise.race([
      once(response, 'drain', { signal: either }),
      once(response, 'close', { signal: either }),
    ]);
  } finally {
    settled.abort();
  }
}
