import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, so that closing it waits for answers under way and for nothing else. */
export interface Connections {
  /** Ends every connection as soon as it has no answer under way; live streams are not waited for. */
  endWhenAnswered(): void;
  /** Ends those that are left. */
  destroy(): void;
}

export function trackConnections(server: Server): Connections {
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
