import type { IncomingMessage } from 'node:http';

import { sameSecret } from '../core/secrets.ts';
import { hasOwnOrigin, isNavigation, isSameOrigin } from './same-origin.ts';
import type { Sessions } from './session.ts';

export interface Authentication {
  /** Whether the token is the admin token. */
  isToken(token: string): boolean;
  /** Whether an `Authorization` header carries the admin token. */
  isAuthorization(header: string | undefined): boolean;
  /** Whether a request may be answered: by its token, or by a session of a page of our own. */
  isAllowed(request: IncomingMessage): boolean;
  /** The same for a WebSocket about to open. */
  isAllowedSocket(request: IncomingMessage): boolean;
}

export function createAuthentication(adminToken: string, sessions: Sessions): Authentication {
  const isToken = (token: string) => sameSecret(token, adminToken);
  const isAuthorization = (header: string | undefined) => {
    const token = /^bearer +(?<token>\S+)$/i.exec(header?.trim() ?? '')?.groups?.['token'];
    return token !== undefined && isToken(token);
  };
  return {
    isToken,
    isAuthorization,
    isAllowed: (request) =>
      isAuthorization(request.headers.authorization) ||
      (sessions.isOpen(request.headers.cookie) && (isSameOrigin(request) || isNavigation(request))),
    isAllowedSocket: ({ headers }) =>
      isAuthorization(headers.authorization) || (sessions.isOpen(headers.cookie) && hasOwnOrigin(headers)),
  };
}
