import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Lets pages of the listed origins call the API with a token. Cookies are never allowed across origins, and origins
 * that are not listed get no header at all.
 *
 * @returns true when the request was a preflight and is answered
 */
export function applyCors(
  origins: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (origins.length > 0) response.appendHeader('Vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return false;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Cache-Status, ETag, X-Request-Id');
  if (request.method !== 'OPTIONS') return false;
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, If-None-Match',
      'Access-Control-Max-Age': 600,
    })
    .end();
  return true;
}
