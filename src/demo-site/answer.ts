import type { JsonValue } from './rows/json.ts';
import { jsonText } from './rows/json.ts';

export type Chunk = string | Buffer;

/** An answer before it is sent. A body of many chunks is streamed and never held in memory. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Chunk | Iterable<Chunk>;
}

/** A JSON answer, ended with a line feed as Flask ends it. */
export function json(status: number, value: JsonValue): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${jsonText(value)}\n` };
}

/** A 200 whose JSON text is made elsewhere, whole or bit by bit. */
export function jsonBody(body: Chunk | Iterable<Chunk>): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** A page of HTML with Flask's own heading, as its error pages have. */
export function flaskPage(
  status: number,
  title: string,
  text: string,
  headers: Record<string, string> = {},
): Answer {
  const heading = status < 400 ? title : `${status} ${title}`;
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
    body: `<!doctype html>\n<html lang=en>\n<title>${heading}</title>\n<h1>${title}</h1>\n<p>${text}`,
  };
}

export function notFoundPage(): Answer {
  return flaskPage(
    404,
    'Not Found',
    'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>\n',
  );
}

export function methodNotAllowedPage(allow: string): Answer {
  return flaskPage(405, 'Method Not Allowed', 'The method is not allowed for the requested URL.</p>\n', {
    allow,
  });
}
