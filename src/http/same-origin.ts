import type { IncomingMessage } from 'node:http';

/**
 * Whether a page of our own sent this. A SameSite cookie does not tell: all ports of localhost are one site, and
 * only Origin and Sec-Fetch-Site tell them apart. Clients that send neither are no browsers, and need no cookie.
 */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return hasOwnOrigin(headers);
}

/** Whether `Origin` names this server. Browsers send it with every WebSocket. */
export function hasOwnOrigin({ origin, host }: IncomingMessage['headers']): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/** Whether a person opens a page: what it shows cannot be read by the page they came from. */
export const isNavigation = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && (headers['sec-fetch-mode'] ?? 'navigate') === 'navigate';
