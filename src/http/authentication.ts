import type { IncomingMessage } from 'node:http';

import { sameSecret } from '../core/secrets.ts';
import { hasOwnOrigin, isNavigation, isSameOrigin } from './same-origin.ts';
import type { Sessions } from './session.ts';

/** Who asks, as far as it decides what they may see. */
export interface Viewer {
  /** Nobody whose rights are others has the same: what was answered to one id is shown to no other. */
  readonly id: string;
}

/** Whoever has the admin token, or a session that it began, may see everything. */
const admin: Viewer = { id: 'admin' };

export interface Authentication {
  /** Whether the token is the admin token. */
  isToken(token: string): boolean;
  /** Whether an `Authorization` header carries the admin token. */
  isAuthorization(header: string | undefined): boolean;
  /** Who sent a request, by its token, or by a session of a page of our own; null: it may not be answered. */
  viewerOf(request: IncomingMessage): Viewer | null;
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
    viewerOf: (request) =>
      isAuthorization(request.headers.authorization) ||
      (sessions.isOpen(request.headers.cookie) && (isSameOrigin(request) || isNavigation(request)))
        ? admin
        : null,
    isAllowedSocket: ({ headers }) =>
      isAuthorization(headers.authorization) || (sessions.isOpen(headers.cookie) && hasOwnOrigin(headers)),
  };
}
