import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { CloseCode, type Server as GraphQLSocketServer, handleProtocols, makeServer } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

import type { Logger } from '../core/logger.ts';
import { limits } from '../graphql/limits/limits.ts';
import type { OperationDependencies } from '../graphql/prepare-operation.ts';
import { type SocketState, webSocketOptions } from '../graphql/web-socket.ts';
import type { Authentication } from './authentication.ts';

const PING_INTERVAL_MS = 12_000;

export interface WebSocketDependencies extends OperationDependencies {
  readonly authentication: Authentication;
  readonly logger: Logger;
}

export interface WebSockets {
  /** Says goodbye to all clients. */
  close(): void;
  /** Drops those that did not answer. */
  terminate(): void;
}

/**
 * Serves GraphQL over WebSocket on /graphql. A client shows its token in the `Authorization` header, in the
 * `authorization` of its first message, or comes from a page of our own with a session.
 */
export function serveWebSockets(server: Server, dependencies: WebSocketDependencies): WebSockets {
  const { authentication, logger } = dependencies;
  const graphql = makeServer(
    webSocketOptions(dependencies, { logger, authorise: (header) => authentication.isAuthorization(header) }),
  );
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => handleProtocols(protocols),
    maxPayload: limits.bodyBytes,
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    if (request.url?.split('?')[0] !== '/graphql') {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) =>
      serve(graphql, socket, authentication.isAllowedSocket(request), logger),
    );
  });
  return {
    close() {
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
      sockets.close();
    },
    terminate() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function serve(
  graphql: GraphQLSocketServer<SocketState>,
  socket: WebSocket,
  authorised: boolean,
  logger: Logger,
): void {
  const gone = new AbortController();
  const closed = graphql.opened(
    {
      protocol: socket.protocol,
      // Waiting until it is sent keeps a slow client from filling our memory.
      send: (text) =>
        new Promise((resolve) => {
          socket.send(text, () => resolve());
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data: RawData) => {
          handle(String(data)).catch((error: unknown) => {
            logger.error({ err: error }, 'a WebSocket message failed');
            socket.close(CloseCode.InternalServerError, 'Something went wrong on our side.');
          });
        }),
    },
    { gone: gone.signal, authorised },
  );
  const stopPings = pingRegularly(socket);
  // A frame that breaks the protocol is the client's fault, and ws closes the socket itself.
  socket.on('error', () => socket.terminate());
  socket.once('close', (code, reason) => {
    stopPings();
    gone.abort();
    closed(code, String(reason)).catch((error: unknown) => {
      logger.error({ err: error }, 'a WebSocket did not close cleanly');
    });
  });
}

/** Tells clients and proxies that the socket is alive, and ends one whose client no longer answers. */
function pingRegularly(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    return socket.ping();
  }, PING_INTERVAL_MS);
  return () => clearInterval(timer);
}
