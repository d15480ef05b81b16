import type { IncomingMessage, ServerResponse } from 'node:http';

import { redirect, sendHtml } from './answer.ts';
import type { Authentication } from './authentication.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { isSameOrigin } from './same-origin.ts';
import type { Sessions } from './session.ts';
import { signInPage } from './sign-in-page.ts';

const MAX_BODY_BYTES = 4_096;

export interface SignInDependencies {
  readonly authentication: Authentication;
  readonly sessions: Sessions;
  readonly failedAttempts: FailedAttempts;
}

/** `POST /sign-in`: the right token begins a session and leads to GraphiQL. */
export async function signIn(
  { authentication, sessions, failedAttempts }: SignInDependencies,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = request.socket.remoteAddress ?? '';
  const waitS = failedAttempts.waitS(address);
  if (waitS > 0) {
    response.setHeader('Retry-After', waitS);
    return sendHtml(response, 429, signInPage(`Too many wrong tokens. Try again in ${waitS} seconds.`));
  }
  if (!isSameOrigin(request)) {
    return sendHtml(response, 403, signInPage('Sign in on this page, not from another one.'));
  }
  const form = await readForm(request);
  if (form === undefined) {
    response.setHeader('Connection', 'close'); // the rest of the body is not read
    return sendHtml(response, 413, signInPage('That is too long for a token.'));
  }
  if (!authentication.isToken(form.get('token')?.trim() ?? '')) {
    failedAttempts.add(address);
    return sendHtml(response, 401, signInPage('This is not the admin token. Copy it again.'));
  }
  const secure = request.headers['x-forwarded-proto'] === 'https';
  response.setHeader('Set-Cookie', sessions.begin(secure));
  return redirect(response, '/graphql');
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  return new URLSearchParams(text);
}
