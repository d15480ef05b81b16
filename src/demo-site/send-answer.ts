import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Answer, Chunk } from './answer.ts';

const CHUNKS_A_TURN = 16;

/** Sends an answer; a long one goes only as fast as the client reads, and ends when the client is gone. */
export async function sendAnswer(answer: Answer, response: ServerResponse): Promise<void> {
  if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) {
    const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
    response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
    response.end(body);
    return;
  }
  response.writeHead(answer.status, answer.headers);
  await writeChunks(answer.body, response);
  response.end();
}

async function writeChunks(chunks: Iterable<Chunk>, response: ServerResponse): Promise<void> {
  let written = 0;
  for (const chunk of chunks) {
    const mayGoOn = response.write(chunk);
    // A fast reader must not keep the other requests of this process waiting.
    // oxlint-disable-next-line no-await-in-loop
    if (mayGoOn && ++written % CHUNKS_A_TURN === 0) await nextTurn();
    // oxlint-disable-next-line no-await-in-loop
    if (!mayGoOn) await drained(response);
    if (response.destroyed) return;
  }
}

/** Resolves when there is room again, or when the connection is gone: a site that stops closes them all. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    response.off('drain', done).off('close', done);
    resolve();
  };
  response.on('drain', done).on('close', done);
  return promise;
}
