import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AnswerToKeep } from '../graphql/context.ts';
import type { GraphQLServer } from '../graphql/create-graphql.ts';
import type { Viewer } from './authentication.ts';
import { type KeptAnswer, type KeptAnswers, keyOf } from './kept-answers.ts';

export interface OperationDependencies {
  readonly yoga: GraphQLServer;
  /** Null: no answer is kept. */
  readonly keptAnswers: KeptAnswers | null;
}

/** Longer questions are not asked twice in the same words. */
const MAX_BODY_BYTES = 65_536;
const noBody = Buffer.alloc(0);

/**
 * Answers an operation, with a kept answer where nothing has changed since it was made: then nothing is parsed,
 * executed or written again. What is kept is told from the version of the data as it was before the work began, so
 * that an answer made while something changed is never given again.
 */
export async function answerOperation(
  { yoga, keptAnswers }: OperationDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, viewer }: { requestId: string; viewer: Viewer },
): Promise<void> {
  const canBeKept = request.method === 'GET' || hasShortBody(request);
  if (keptAnswers === null || !canBeKept) return void (await yoga(request, response, { requestId }));

  const body = request.method === 'GET' ? noBody : await readBody(request);
  if (body === null) return; // the client has gone
  const key = keyOf(viewer, request, body);
  // Without a database there is no version: whatever can be said then is said anew.
  const version = await keptAnswers.version().catch(() => null);
  const kept = version === null ? undefined : keptAnswers.get(key, version);
  if (kept !== undefined) return sendKept(response, kept);

  const toKeep: AnswerToKeep = {};
  // The body is read already: this is where Yoga looks for it then.
  await yoga(Object.assign(request, { body }), response, { requestId, toKeep });
  const { text, contentType, validUntil } = toKeep;
  if (version === null || text === undefined || contentType === undefined) return;
  keptAnswers.set(key, { version, validUntil, contentType, body: Buffer.from(text) });
}

/** Where it has one at all: an empty one is refused. */
const hasShortBody = ({ method, headers }: IncomingMessage): boolean => {
  const bytes = Number(headers['content-length']);
  return method === 'POST' && bytes > 0 && bytes <= MAX_BODY_BYTES;
};

/** Null when the client went before it had sent all of it. */
const readBody = (request: IncomingMessage): Promise<Buffer | null> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('close', () => resolve(null));
  });

/** @see https://www.rfc-editor.org/rfc/rfc9211 for the header */
function sendKept(response: ServerResponse, { contentType, body }: KeptAnswer): void {
  response
    .writeHead(200, {
      'Content-Type': contentType,
      'Content-Length': body.length,
      'Cache-Status': 'cimaise; hit',
    })
    .end(body);
}
