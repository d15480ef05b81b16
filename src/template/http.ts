import type { BulkheadPolicy } from 'cockatiel';
import { Agent, request, type Dispatcher } from 'undici';
import { decodeBody } from './decode-body.ts';
import {
  KeyRefusedError,
  NotFoundError,
  RateLimitedError,
  RedirectedError,
  ServerError,
  SettingRejectedError,
  TooLargeError,
  UnexpectedStatusError,
  type Call,
} from './errors.ts';
import { toSiteFailure } from './failures.ts';
import type { TemplateLimits } from './limits.ts';
import { enter } from './visit.ts';

/** The way to one template site. `url` may carry a path prefix, which every call keeps. */
export interface TemplateSite {
  url: string;
  apiKey: string;
}

/** What every call goes through: built once, shared by all sites. */
export interface Door {
  dispatcher: Dispatcher;
  limits: TemplateLimits;
  /** A place for each request in flight, whatever its site. */
  places: BulkheadPolicy;
}

export interface TemplateRequest extends Call {
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Public endpoints are asked without the key. */
  withKey: boolean;
}

export interface FetchOptions {
  signal?: AbortSignal | undefined;
  /** For the whole call, from the request to the last byte taken. */
  callMs: number;
  maxDecodedBytes: number;
}

const CONNECTIONS_PER_SITE = 4;

/** The agent of the whole process: it keeps connections for the next page. Close it at the end. */
export function createTemplateAgent(limits: Pick<TemplateLimits, 'connectMs'>): Agent {
  return new Agent({
    connect: { timeout: limits.connectMs },
    // Less than what common Python servers keep an idle connection open (2 s): a request sent into a connection
    // that is just being closed fails.
    keepAliveTimeout: 1_500,
    // One protocol, whose limits and failures are all tested.
    allowH2: false,
    // Requests in flight for one site; further ones wait.
    connections: CONNECTIONS_PER_SITE,
  });
}

/**
 * Sends one request and yields the decoded body in pieces, as fast as they are taken. The connection is given
 * back, or closed, however the reading ends. Throws one of errors.ts, or the caller's own abort reason.
 */
export async function* fetchBody(
  door: Door,
  site: TemplateSite,
  call: TemplateRequest,
  options: FetchOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  options.signal?.throwIfAborted();
  const url = siteUrl(site, call);
  const place = await enter(door.places, options.signal);
  // Not AbortSignal.timeout: that one lives on, with all it holds, for minutes after the call has ended.
  const wholeCall = new AbortController();
  const timer = setTimeout(() => wholeCall.abort(), options.callMs).unref();
  const signals = options.signal === undefined ? [wholeCall.signal] : [options.signal, wholeCall.signal];
  let answerBegan = false;
  try {
    const answer = await request(url, {
      dispatcher: door.dispatcher,
      method: call.method,
      headers: requestHeaders(site, call),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      headersTimeout: door.limits.headersMs,
      bodyTimeout: door.limits.idleMs,
      signal: AbortSignal.any(signals),
    });
    answerBegan = true;
    // Destroying a body that was not read to its end is an error event to undici, and an expected end to us.
    answer.body.on('error', () => {});
    try {
      if (answer.statusCode !== 200) throw await statusFailure(answer, call, url);
      let decodedBytes = 0;
      for await (const piece of decodeBody(answer, call)) {
        decodedBytes += piece.length;
        if (decodedBytes > options.maxDecodedBytes) {
          throw new TooLargeError(call, 'answer', options.maxDecodedBytes);
        }
        yield piece;
      }
    } finally {
      answer.body.destroy();
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    const timeIsUp = wholeCall.signal.aborted;
    throw toSiteFailure(error, call, { ...door.limits, callMs: options.callMs }, { timeIsUp, answerBegan });
  } finally {
    clearTimeout(timer);
    await place.leave();
  }
}

function siteUrl(site: TemplateSite, call: TemplateRequest): URL {
  const url = new URL(site.url);
  let prefix = url.pathname;
  while (prefix.endsWith('/')) prefix = prefix.slice(0, -1);
  url.pathname = prefix + call.path;
  url.search = new URLSearchParams(call.query).toString();
  url.hash = '';
  return url;
}

function requestHeaders(site: TemplateSite, call: TemplateRequest): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-encoding': 'gzip, deflate',
    'user-agent': 'Cimaise',
  };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.withKey) {
    if (!/^[\x21-\x7e]+$/.test(site.apiKey)) throw new KeyRefusedError(call, null);
    headers['x-api-key'] = site.apiKey;
  }
  return headers;
}

async function statusFailure(answer: Dispatcher.ResponseData, call: Call, url: URL): Promise<Error> {
  const status = answer.statusCode;
  if (status === 401 || status === 403) return new KeyRefusedError(call, status);
  if (status === 404) return new NotFoundError(call);
  if (status === 429) return new RateLimitedError(call, retryAfterMs(answer.headers['retry-after']));
  if (status >= 500) return new ServerError(call, status);
  if ([301, 302, 303, 307, 308].includes(status)) {
    return new RedirectedError(call, status, targetOrigin(answer.headers['location'], url));
  }
  if (status === 400 && call.method === 'PUT')
    return new SettingRejectedError(call, await reasonCode(answer, call));
  return new UnexpectedStatusError(call, status);
}

const RETRY_AFTER_AT_MOST_MS = 60 * 60_000;

/** `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3); more than an hour counts as one. */
function retryAfterMs(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  if (/^\d{1,9}$/.test(header)) return Math.min(Number(header) * 1000, RETRY_AFTER_AT_MOST_MS);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - Date.now()), RETRY_AFTER_AT_MOST_MS);
}

function targetOrigin(location: string | string[] | undefined, from: URL): string | null {
  if (typeof location !== 'string') return null;
  const target = URL.parse(location, from.href);
  return target === null || target.origin === 'null' ? null : target.origin;
}

/** The site's `error` where it is one of its codes. Free text is its own affair: it could quote the value sent. */
async function reasonCode(answer: Dispatcher.ResponseData, call: Call): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of decodeBody(answer, call)) {
    length += piece.length;
    if (length > 4096) return null;
    parts.push(piece);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
    const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
    if (error === 'Missing value' || error === 'Valeur manquante') return 'missing_value';
    return typeof error === 'string' && /^[a-z][a-z_]{0,63}$/.test(error) ? error : null;
  } catch {
    return null;
  }
}
