import { createHmac, hkdfSync } from 'node:crypto';

import { sameSecret } from '../core/secrets.ts';

const NAME = 'cimaise_session';
const LIFETIME_S = 12 * 60 * 60;

/**
 * The session of a browser: a cookie that says until when it is good, signed with a key derived from the admin
 * token. It holds no secret, and another token ends all sessions.
 */
export interface Sessions {
  /** The `Set-Cookie` that begins a session. */
  begin(secure: boolean): string;
  /** Whether the `Cookie` header holds a session that is still good. */
  isOpen(cookieHeader: string | undefined): boolean;
}

export function createSessions(adminToken: string, now: () => number = Date.now): Sessions {
  const key = Buffer.from(hkdfSync('sha256', adminToken, '', 'cimaise session cookie v1', 32));
  const sign = (expires: string) => createHmac('sha256', key).update(expires).digest('base64url');
  return {
    begin(secure) {
      const expires = String(Math.floor(now() / 1000) + LIFETIME_S);
      const value = `${expires}.${sign(expires)}`;
      const flags = `Path=/; Max-Age=${LIFETIME_S}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
      return `${NAME}=${value}; ${flags}`;
    },
    isOpen(cookieHeader) {
      const [expires = '', signature = ''] = cookieNamed(NAME, cookieHeader ?? '').split('.');
      return sameSecret(signature, sign(expires)) && Number(expires) > now() / 1000;
    },
  };
}

function cookieNamed(name: string, header: string): string {
  const pair = header.split(';').find((text) => text.trimStart().startsWith(`${name}=`));
  return pair?.slice(pair.indexOf('=') + 1).trim() ?? '';
}
