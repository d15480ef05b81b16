import { connect, type Socket } from 'node:net';

import { z } from 'zod';

/**
 * Many who follow one run, in a process of their own: each over a connection of its own, as server-sent events. Some
 * never read. Tells its parent once all are connected, and once all who read have seen the end.
 */
const Crowd = z.object({
  url: z.url(),
  token: z.string(),
  query: z.string(),
  runId: z.string(),
  readers: z.number().int(),
  neverReading: z.number().int(),
});

const END = 'event: complete';
const AT_ONCE = 50;

const tell = (message: object) => process.send?.(message);

process.once('message', (message) => {
  const crowd = Crowd.parse(message);
  let connected = 0;
  let ended = 0;
  let messages = 0;
  const text = requestOf(crowd);
  const { hostname, port } = new URL(crowd.url);

  const follow = (read: boolean, onConnected: () => void) => {
    const socket: Socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('error', () => undefined);
    if (!read) return void socket.once('connect', onConnected);
    let tail = '';
    let first = true;
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      messages += 1;
      if (first && chunk.includes('data: ')) {
        first = false;
        onConnected();
      }
      tail = (tail + chunk).slice(-4_000);
      if (tail.includes(END)) {
        tail = '';
        ended += 1;
        if (ended === crowd.readers) tell({ ended, messages });
      }
    });
  };
  const total = crowd.readers + crowd.neverReading;
  let started = 0;
  const startNext = () => {
    if (started === total) return;
    started += 1;
    follow(started <= crowd.readers, () => {
      connected += 1;
      if (connected === total) tell({ connected });
      startNext();
    });
  };
  for (let count = 0; count < AT_ONCE; count++) startNext();
  process.on('message', () => tell({ ended, messages }));
});

function requestOf({ url, token, query, runId }: z.infer<typeof Crowd>): string {
  const body = JSON.stringify({ query, variables: { runId } });
  return [
    'POST /graphql HTTP/1.1',
    `Host: ${new URL(url).host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Accept: text/event-stream',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
