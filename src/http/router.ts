import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import type { Logger } from '../core/logger.ts';
import type { Database } from '../db/client.ts';
import { newRequestId } from '../graphql/report-errors.ts';
import { redirect, sendError, sendHtml } from './answer.ts';
import { type AnswerDependencies, answerOperation } from './answer-operation.ts';
import { applyCors } from './cors.ts';
import { answerEventStream, wantsEventStream } from './event-stream.ts';
import { answerHealth, answerReady } from './health.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { signInPage } from './sign-in-page.ts';
import { type SignInDependencies, signIn } from './sign-in.ts';

export interface RouterDependencies extends SignInDependencies, AnswerDependencies {
  readonly database: Database;
  readonly corsOrigins: readonly string[];
  readonly logger: Logger;
}

/** Leads each request to who answers it. Everything but the two checks of operators asks for the token. */
export function createRouter(dependencies: RouterDependencies): RequestListener {
  return (request, response) => {
    const requestId = newRequestId();
    response.setHeader('X-Request-Id', requestId);
    setSecurityHeaders(response);
    route(dependencies, request, response, requestId).catch((error: unknown) => {
      dependencies.logger.error({ err: error, requestId }, 'a request failed');
      if (response.headersSent) return void response.destroy();
      const message = `Something went wrong on our side. Quote this request id: ${requestId}.`;
      return sendError(response, 500, { code: 'INTERNAL_SERVER_ERROR', message, requestId });
    });
  };
}

async function route(
  dependencies: RouterDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const path = pathOf(request);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && path === '/health') return answerHealth(response);
  if (isRead && path === '/ready') return answerReady(dependencies.database, response);
  if (!hasHost(request)) {
    const message = 'Expected a Host header with the name of this server.';
    return sendError(response, 400, { code: 'BAD_REQUEST', message, requestId });
  }
  if (applyCors(dependencies.corsOrigins, request, response)) return;
  if (request.method === 'POST' && path === '/sign-in') return signIn(dependencies, request, response);

  const wantsPage = isRead && (request.headers.accept ?? '').includes('text/html');
  const viewer = dependencies.authentication.viewerOf(request);
  if (viewer === null) {
    response.setHeader('WWW-Authenticate', 'Bearer');
    if (wantsPage) return sendHtml(response, 401, signInPage());
    const message = 'Expected the header "Authorization: Bearer <admin token>", got none or another token.';
    return sendError(response, 401, { code: 'UNAUTHENTICATED', message, requestId });
  }
  if (path === '/graphql' && wantsEventStream(request)) {
    return answerEventStream(dependencies, request, response, requestId);
  }
  if (path === '/graphql') return answerOperation(dependencies, request, response, { requestId, viewer });
  if (path === '/' || path === '/sign-in') return redirect(response, '/graphql');
  const message = 'There is nothing at this address: the API is at /graphql.';
  return sendError(response, 404, { code: 'NOT_FOUND', message, requestId });
}

/** The path as it was sent, without the query: what is written in another way leads nowhere. */
const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?')[0] ?? '';

/** Answers are made from whole addresses, for which the `Host` header has to be one. */
const hasHost = ({ headers: { host } }: IncomingMessage): boolean =>
  host !== undefined && URL.canParse(`http://${host}/`);
