import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { onTestFinished } from 'vitest';

interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TestServer {
  url: string;
  /** Every request that came, its body read. */
  asked: Asked[];
  openSockets(): number;
}

/** An HTTP server for one test; it ends with the test. */
export async function serve(answer: RequestListener): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const seen: Asked = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: '',
    };
    asked.push(seen);
    request.setEncoding('utf8').on('data', (text: string) => (seen.body += text));
    request.on('end', () => answer(request, response));
  });
  return { ...(await listen(server)), asked };
}

/** A server below HTTP, for answers that no HTTP server would give. */
export async function serveRaw(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  return { ...(await listen(server)), asked: [] };
}

export async function listen(server: Server | TcpServer): Promise<Omit<TestServer, 'asked'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, openSockets: () => sockets.size };
}

function portOf(server: Server | TcpServer): number {
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server does not listen.');
  return address.port;
}

/** Answers every request with this text, called JSON. */
export function serveText(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<TestServer> {
  return serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });
}

export function serveStatus(status: number, headers: Record<string, string> = {}): Promise<TestServer> {
  return serve((_request, response) => {
    response.writeHead(status, headers);
    response.end('{"error": "a text that must not be repeated"}');
  });
}

/** A recorded answer: tests/fixtures/template/<name>.json */
export interface Recorded {
  request: string;
  status: number;
  body: unknown;
}

export function recorded(name: string): Recorded {
  const file = new URL(`../../fixtures/template/${name}.json`, import.meta.url);
  const parsed: Recorded = JSON.parse(readFileSync(file, 'utf8'));
  return parsed;
}

/** A site that answers what was recorded: a request's method and path, its query aside, choose the answer. */
export function serveRecorded(...names: string[]): Promise<TestServer> {
  const answers = new Map(
    names.map((name) => {
      const answer = recorded(name);
      return [answer.request.split('?')[0], answer];
    }),
  );
  return serve((request, response) => {
    const answer = answers.get(`${request.method} ${request.url?.split('?')[0]}`);
    const isText = typeof answer?.body === 'string';
    response.writeHead(answer?.status ?? 404, { 'content-type': isText ? 'text/html' : 'application/json' });
    response.end(isText ? answer.body : JSON.stringify(answer?.body ?? {}));
  });
}
