import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, so that closing it waits for answers under way and for nothing else. */
export interface Connections {
  /** Ends every connection as soon as it has no answer under way; live streams are not waited for. */
  endWhenAnswered(): void;
  /** Ends those that are left. */
  destroy(): void;
}

/**
 * @param stalledAfterMs a stream of events whose client has taken nothing for so long, though something waits for it,
 * is cut: it would keep its socket for ever
 */
export function trackConnections(server: Server, stalledAfterMs: number): Connections {
  const sockets = new Set<Socket>();
  const answers = new Map<Socket, ServerResponse>();
  let ending = false;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answers.set(socket, response);
    response.once('close', () => {
      answers.delete(socket);
      if (ending) socket.destroySoon();
    });
  });
  const taken = new WeakMap<Socket, { bytes: number; at: number }>();
  const cutStalled = setInterval(() => {
    const now = performance.now();
    for (const [socket, answer] of answers) {
      const bytes = socket.bytesWritten - socket.writableLength;
      const before = taken.get(socket);
      if (socket.writableLength === 0 || before?.bytes !== bytes) taken.set(socket, { bytes, at: now });
      else if (isEventStream(answer) && now - before.at > stalledAfterMs) socket.destroy();
    }
  }, stalledAfterMs / 4);
  server.once('close', () => clearInterval(cutStalled));
  // A WebSocket says goodbye in its own way.
  server.on('upgrade', ({ socket }: IncomingMessage) => sockets.delete(socket));
  return {
    endWhenAnswered() {
      ending = true;
      for (const socket of sockets) {
        const answer = answers.get(socket);
        if (answer === undefined || isEventStream(answer)) socket.destroy();
      }
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const isEventStream = (response: ServerResponse) =>
  String(response.getHeader('Content-Type') ?? '').startsWith('text/event-stream');
