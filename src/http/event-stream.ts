import type { IncomingMessage, ServerResponse } from 'node:http';

import { z } from 'zod';

import type { Logger } from '../core/logger.ts';
import { openAnswerStream } from '../graphql/event-stream.ts';
import { limits } from '../graphql/limits/limits.ts';
import type { OperationDependencies } from '../graphql/prepare-operation.ts';
import { eventStreamHeaders } from '../graphql/use-event-stream-headers.ts';
import { sendError } from './answer.ts';

const Operation = z
  .object({
    query: z.string().nullish(),
    documentId: z.string().nullish(),
    operationName: z.string().nullish(),
    variables: z.record(z.string(), z.unknown()).nullish(),
    extensions: z.record(z.string(), z.unknown()).nullish(),
  })
  .refine(({ query, documentId, extensions }) => query ?? documentId ?? extensions, 'names no operation');

const PING_INTERVAL_MS = 12_000;

/** Whether an operation is sent that asks for server-sent events, and for nothing else. */
export const wantsEventStream = ({ method, headers }: IncomingMessage): boolean =>
  method === 'POST' &&
  /^text\/event-stream\s*(;|$)/i.test(headers.accept ?? '') &&
  !(headers.accept ?? '').includes(',') &&
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');

/**
 * Answers an operation with server-sent events, as fast as the client reads them: what it does not read is not
 * written, and who writes decides what to leave out meanwhile.
 */
export async function answerEventStream(
  dependencies: OperationDependencies & { readonly logger: Logger },
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const operation = await readOperation(request);
  if ('status' in operation) {
    const { status, message } = operation;
    return sendError(response, status, { code: 'BAD_REQUEST', message, requestId });
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { logger } = dependencies;
  const answers = await openAnswerStream(dependencies, operation, { gone: gone.signal, requestId, logger });
  if (response.destroyed) return answers.leave();
  response.once('close', answers.leave);
  request.socket.setNoDelay(true).setKeepAlive(true);
  response.writeHead(200, eventStreamHeaders);
  response.write(':\n\n'); // some clients see the answer begin only when something comes
  const pings = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, PING_INTERVAL_MS);
  try {
    for (let answer = await answers.next(); answer !== undefined; answer = await answers.next()) {
      if (response.destroyed) return;
      if (!response.write(`event: next\ndata: ${answer}\n\n`)) await drained(response);
    }
  } finally {
    clearInterval(pings);
  }
  response.end('event: complete\ndata:\n\n');
}

/** Until more can be written, or nothing any more. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });

type Refusal = { status: number; message: string };

async function readOperation(request: IncomingMessage): Promise<z.infer<typeof Operation> | Refusal> {
  const body = await readText(request);
  if (body === null)
    return { status: 413, message: `Expected a body of at most ${limits.bodyBytes} bytes; ask for less.` };
  const operation = Operation.safeParse(parseJson(body));
  return operation.success
    ? operation.data
    : {
        status: 400,
        message: 'Expected a JSON object with "query" or "documentId", and "variables" where it has some.',
      };
}

/** Null when it is too long: what is left of it is not read. */
async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > limits.bodyBytes) return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
