import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AnswerToKeep } from '../graphql/context.ts';
import type { OperationDependencies } from '../graphql/prepare-operation.ts';
import type { PlannedOperations } from '../graphql/plans/planned-operations.ts';
import { writeAnswer } from '../graphql/use-answers-to-keep.ts';
import { REVALIDATE, holdsTag } from '../graphql/use-entity-tags.ts';
import { send } from './answer.ts';
import type { Viewer } from './authentication.ts';
import { type KeptAnswer, type KeptAnswers, keyOf } from './kept-answers.ts';

export interface AnswerDependencies extends OperationDependencies {
  readonly planned: PlannedOperations;
  /** Null: no answer is kept. */
  readonly keptAnswers: KeptAnswers | null;
}

/** Longer questions are not asked twice in the same words. */
const MAX_BODY_BYTES = 65_536;
const noBody = Buffer.alloc(0);

/**
 * Answers an operation, with a kept answer where nothing has changed since it was made: then nothing is parsed,
 * executed or written again. What is kept is told from the version of the data as it was before the work began, so
 * that an answer made while something changed is never given again. Otherwise by one statement, where one can answer
 * it all, else by Yoga.
 */
export async function answerOperation(
  dependencies: AnswerDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, viewer }: { requestId: string; viewer: Viewer },
): Promise<void> {
  const { yoga, keptAnswers } = dependencies;
  if (request.method !== 'GET' && !hasShortBody(request)) {
    return void (await yoga(request, response, { requestId }));
  }
  const body = request.method === 'GET' ? noBody : await readBody(request);
  if (body === null) return; // the client has gone
  const asked = { request, body, requestId };
  // Without a database there is no version: whatever can be said then is said anew.
  const version = await keptAnswers?.version().catch(() => undefined);
  if (keptAnswers === null || version === undefined) return makeAnswer(dependencies, asked, response);
  const key = keyOf(viewer, request, body);
  const kept = keptAnswers.get(key, version);
  if (kept !== undefined) return sendKept(request, response, kept);

  const toKeep: AnswerToKeep = {};
  await makeAnswer(dependencies, asked, response, toKeep);
  const { text, contentType, tag, validUntil } = toKeep;
  if (text === undefined || contentType === undefined) return;
  const bytes = Buffer.from(text).toString('latin1');
  keptAnswers.set(key, { version, validUntil, contentType, tag, body: bytes });
}

/** @param toKeep filled where the answer may be given again */
async function makeAnswer(
  { yoga, planned }: AnswerDependencies,
  { request, body, requestId }: { request: IncomingMessage; body: Buffer; requestId: string },
  response: ServerResponse,
  toKeep?: AnswerToKeep,
): Promise<void> {
  const contentType = plannedType(request);
  const answer = contentType === null ? null : await planned(body.toString());
  if (contentType !== null && answer !== null) {
    send(response, 200, contentType, writeAnswer(`{"data":${answer.data}}`, answer.extensions, toKeep));
    if (toKeep !== undefined) toKeep.contentType = contentType;
  } else {
    // The body is read already: this is where Yoga looks for it then.
    const context = toKeep === undefined ? { requestId } : { requestId, toKeep };
    await yoga(Object.assign(request, { body }), response, context);
  }
}

/**
 * In which of its two forms a whole answer is sent; null where Yoga has to look closer.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Accept
 */
function plannedType({ method, headers }: IncomingMessage): string | null {
  if (method !== 'POST' || !/^application\/json(; *charset=utf-8)?$/i.test(headers['content-type'] ?? '')) {
    return null;
  }
  const { accept = '*/*' } = headers;
  if (accept === '*/*' || accept === 'application/json') return 'application/json; charset=utf-8';
  return accept.startsWith('application/graphql-response+json')
    ? 'application/graphql-response+json; charset=utf-8'
    : null;
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
function sendKept(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { contentType, tag, body }: KeptAnswer,
): void {
  response.setHeader('Cache-Status', 'cimaise; hit');
  if (tag !== undefined) {
    response.setHeader('ETag', tag).setHeader('Cache-Control', REVALIDATE);
    if (holdsTag(headers['if-none-match'], tag)) return void response.writeHead(304).end();
  }
  response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': body.length }).end(body, 'latin1');
}
