import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { methodNotAllowedPage, notFoundPage, type Answer } from './answer.ts';
import { controlFaults } from './control.ts';
import { routes } from './endpoints/index.ts';
import type { Site } from './endpoints/site.ts';
import { answerInstead } from './faults/answer-instead.ts';
import type { FaultWatch } from './faults/fault-board.ts';
import type { Fault } from './faults/kinds.ts';
import { sendBroken } from './faults/send-broken.ts';
import { spoilsText, spoilText } from './faults/spoil-text.ts';
import { sendAnswer } from './send-answer.ts';

/** A request the site has seen; the key itself is never kept. */
export interface SeenRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly at: Date;
  readonly hadKey: boolean;
}

export interface RequestHandling {
  readonly site: Site;
  readonly board: FaultWatch;
  readonly log: (seen: SeenRequest) => void;
  /** Aborted when the site stops. */
  readonly signal: AbortSignal;
}

const BODY_LIMIT = 20 * 1024 * 1024;

export async function handleRequest(
  handling: RequestHandling,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { site, board, signal } = handling;
  const target = request.url ?? '/';
  const url = new URL(`http://site${target.startsWith('/') ? target : '/'}`);
  const method = request.method ?? 'GET';
  const readBody = () => readWhole(request);
  if (url.pathname === '/__demo/faults') {
    await sendAnswer(await controlFaults(method, board, readBody), response, signal);
    return;
  }

  const key = request.headers['x-api-key'];
  handling.log({ method, path: target, at: new Date(), hadKey: key !== undefined });
  const route = routes.find((one) => one.path.test(url.pathname));
  const faults = route?.endpoint ? board.meet(route.endpoint) : [];
  for (const fault of faults) {
    // oxlint-disable-next-line no-await-in-loop
    if (fault.kind === 'slow-headers') await delay(fault.ms, undefined, { signal });
    if (fault.kind === 'down-socket') {
      request.socket.resetAndDestroy();
      return;
    }
  }

  const instead =
    route?.endpoint &&
    firstOf(faults, (fault) => answerInstead(fault, site.gallery, route.endpoint ?? 'home', target));
  const handler = route?.methods[method === 'HEAD' ? 'GET' : method];
  let answer: Answer;
  if (instead) answer = instead;
  else if (!route) answer = notFoundPage();
  else if (!handler) answer = methodNotAllowedPage(Object.keys(route.methods).join(', '));
  else {
    const name = decode(route.path.exec(url.pathname)?.[1] ?? '');
    answer = await handler(site, {
      method,
      path: url.pathname,
      query: url.searchParams,
      key: Array.isArray(key) ? key[0] : key,
      contentType: request.headers['content-type'] ?? '',
      name,
      faults,
      readBody,
    });
    if (
      answer.status === 200 &&
      typeof answer.body === 'string' &&
      !isList(route.endpoint) &&
      spoilsText(faults)
    ) {
      answer = { ...answer, body: spoilText(answer.body, faults) };
    }
  }
  for (const fault of faults) {
    // oxlint-disable-next-line no-await-in-loop
    if (await sendBroken(fault, answer, request, response, signal)) return;
  }
  await sendAnswer(answer, response, signal);
}

function firstOf(faults: readonly Fault[], make: (fault: Fault) => Answer | undefined): Answer | undefined {
  for (const fault of faults) {
    const answer = make(fault);
    if (answer) return answer;
  }
  return undefined;
}

/** Lists spoil their own rows. */
function isList(endpoint: string | undefined): boolean {
  return ['paintings', 'users', 'orders', 'exhibitions', 'customRequests'].includes(endpoint ?? '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length <= BODY_LIMIT) parts.push(bytes);
  }
  return Buffer.concat(parts);
}
