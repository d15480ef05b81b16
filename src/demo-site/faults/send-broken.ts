import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '../answer.ts';
import type { Fault } from './kinds.ts';

/** As much of a streamed body as is needed to break it. */
const ENOUGH_BYTES = 256 * 1024;

/** Sends an answer the way a fault says. Answers false when the fault is of another sort. */
export async function sendBroken(
  fault: Fault,
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<boolean> {
  switch (fault.kind) {
    case 'truncated': {
      const cut = cutInRecord(beginning(answer));
      response.writeHead(answer.status, answer.headers);
      // Written before the end, so that it goes out chunked and the message ends as a whole one does.
      response.write(cut);
      response.end();
      return true;
    }
    case 'wrong-length': {
      const body = beginning(answer);
      response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length + fault.more });
      response.write(body, () => request.socket.end());
      return true;
    }
    case 'reset-mid-body': {
      const body = beginning(answer);
      response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
      response.write(body.subarray(0, Math.max(1, body.length >> 1)), () => {
        // The client must have the first half before the reset throws away what is still on its way.
        setTimeout(() => request.socket.resetAndDestroy(), 20).unref();
      });
      return true;
    }
    case 'slow-body': {
      const body = beginning(answer);
      response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
      for (let from = 0; from < body.length && !response.destroyed; from += fault.bytes) {
        response.write(body.subarray(from, from + fault.bytes));
        // oxlint-disable-next-line no-await-in-loop
        await delay(fault.ms, undefined, { signal });
      }
      response.end();
      return true;
    }
    default:
      return false;
  }
}

function beginning(answer: Answer): Buffer {
  if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) return Buffer.from(answer.body);
  const parts: Buffer[] = [];
  let length = 0;
  for (const chunk of answer.body) {
    parts.push(Buffer.from(chunk));
    length += Buffer.byteLength(chunk);
    if (length >= ENOUGH_BYTES) break;
  }
  return Buffer.concat(parts);
}

/** Cuts after a key and before its value, about half way. */
function cutInRecord(body: Buffer): Buffer {
  const colon = body.lastIndexOf('":', Math.floor(body.length / 2));
  return body.subarray(0, colon < 0 ? Math.floor(body.length / 2) : colon + 2);
}
