import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { methodNotAllowedPage, notFoundPage, type Answer } from './answer.ts';
import { controlFaults } from './control.ts';
import { routes, type Route } from './endpoints/index.ts';
import type { Site, SiteRequest } from './endpoints/site.ts';
import { answerInstead } from './faults/answer-instead.ts';
import type { FaultWatch } from './faults/fault-board.ts';
import { sendBroken } from './faults/send-broken.ts';
import { drifts, driftText } from './faults/drift-rows.ts';
import { spoilsText, spoilText } from './faults/spoil-text.ts';
import { readBody } from './read-body.ts';
import { recordKinds } from './records/index.ts';
import { sendAnswer } from './send-answer.ts';

/** A request the site has seen; the key itself is never kept. */
export interface SeenRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly at: Date;
  readonly hadKey: boolean;
}

/** What handling a request needs of its site. */
export interface RequestHandling {
  readonly site: Site;
  readonly board: FaultWatch;
  readonly log: (seen: SeenRequest) => void;
  /** Aborted when the site stops. */
  readonly signal: AbortSignal;
}

/** Answers one request, or breaks it the way the faults that are on say. */
export async function handleRequest(
  handling: RequestHandling,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { site, board, signal } = handling;
  const target = incoming.url?.startsWith('/') ? incoming.url : '/';
  const { pathname, searchParams } = new URL(`http://site.invalid${target.replace(/^\/+/, '/')}`);
  const method = incoming.method ?? 'GET';
  if (pathname === '/__demo/faults') {
    const answer = await controlFaults(method, board, () => readBody(incoming));
    await sendAnswer(answer, response);
    return;
  }

  const key = [incoming.headers['x-api-key']].flat()[0];
  handling.log({ method, path: target, at: new Date(), hadKey: key !== undefined });
  const route = routes.find((one) => one.path.test(pathname));
  const faults = route?.endpoint ? board.meet(route.endpoint) : [];
  for (const fault of faults) {
    // oxlint-disable-next-line no-await-in-loop
    if (fault.kind === 'slow-headers') await delay(fault.ms, undefined, { signal });
  }
  if (faults.some((fault) => fault.kind === 'down-socket')) {
    incoming.socket.resetAndDestroy();
    return;
  }

  const answer = await answerRequest(site, route, {
    method,
    target,
    query: searchParams,
    key: key === '' ? undefined : key,
    contentType: incoming.headers['content-type'] ?? '',
    name: decoded(route?.path.exec(pathname)?.[1] ?? ''),
    faults,
    readBody: () => readBody(incoming),
  });
  for (const fault of faults) {
    // oxlint-disable-next-line no-await-in-loop
    if (await sendBroken(fault, answer, incoming, response, signal)) return;
  }
  await sendAnswer(answer, response);
}

async function answerRequest(site: Site, route: Route | undefined, request: SiteRequest): Promise<Answer> {
  if (!route) return notFoundPage();
  const { endpoint } = route;
  if (endpoint) {
    for (const fault of request.faults) {
      const answer = answerInstead(fault, site.gallery, endpoint, request.target);
      if (answer) return answer;
    }
  }
  const handler = route.methods[request.method === 'HEAD' ? 'GET' : request.method];
  if (!handler) return methodNotAllowedPage(Object.keys(route.methods).join(', '));

  const answer = await handler(site, request);
  // Lists spoil a row of theirs; what is one object is spoiled here.
  const isObject = endpoint !== undefined && !(endpoint in recordKinds) && typeof answer.body === 'string';
  if (!isObject || answer.status !== 200) return answer;
  const answered = drifts(request.faults)
    ? { ...answer, body: driftText(String(answer.body), request.faults) }
    : answer;
  if (!spoilsText(request.faults)) return answered;
  return { ...answered, body: spoilText(String(answered.body), request.faults) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
