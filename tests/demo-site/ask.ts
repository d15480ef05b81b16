import { request, type IncomingHttpHeaders } from 'node:http';
import { expect } from 'vitest';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** True when the message ended the way its headers promised. */
  complete: boolean;
}

export interface Ask {
  method?: string;
  key?: string;
  json?: unknown;
  body?: string | Buffer;
  headers?: Record<string, string>;
  /** Hang up after so many bytes. */
  stopAfterBytes?: number;
}

/** A plain HTTP client that hides nothing: no retry, no redirect, no decompression. */
export function ask(url: string, options: Ask = {}): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const headers: Record<string, string> = { ...options.headers };
  if (options.key !== undefined) headers['x-api-key'] = options.key;
  if (options.json !== undefined) headers['content-type'] = 'application/json';
  const call = request(url, { method: options.method ?? 'GET', headers, agent: false }, (response) => {
    const parts: Buffer[] = [];
    let length = 0;
    const settle = () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(parts),
        complete: response.complete,
      });
    response.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (options.stopAfterBytes === undefined || length < options.stopAfterBytes) return;
      settle();
      call.destroy();
    });
    response.on('end', settle);
    // A reset shows on the request as well; what had arrived by then is the reply.
    call.off('error', reject).on('error', settle);
    response.on('error', settle);
  });
  call.on('error', reject);
  call.end(options.json === undefined ? options.body : JSON.stringify(options.json));
  return promise;
}

/** The JSON of a reply, as an object. */
export function objectOf(reply: Reply): Record<string, unknown> {
  const parsed: unknown = JSON.parse(reply.body.toString());
  expect(parsed).toBeTypeOf('object');
  return Object.fromEntries(Object.entries(Object(parsed)));
}

/** The rows of a list answer, whatever its envelope. */
export function rowsOf(reply: Reply): Record<string, unknown>[] {
  const list = Object.values(objectOf(reply)).find((value) => Array.isArray(value));
  expect(list).toBeDefined();
  return Array.isArray(list) ? list : [];
}

/** The ids of a list answer. */
export function idsOf(reply: Reply): unknown[] {
  return rowsOf(reply).map((row) => row['id']);
}
