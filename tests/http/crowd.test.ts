import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { runSync } from '../../src/sync/run-sync.ts';
import { runningState, someRunId } from '../graphql/support/progress.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { bearer, startTestServer } from './support/server.ts';

const follow = (fields: string) => `subscription ($runId: ID!) { syncProgress(runId: $runId) { ${fields} } }`;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ concurrency: 0, pageRows: 5 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** The sockets that servers of this process accept. */
function watchAccepted() {
  const accepted: Socket[] = [];
  const add = (message: unknown) => accepted.push(Reflect.get(Object(message), 'socket'));
  subscribe('net.server.socket', add);
  const openOn = (url: string) =>
    accepted.filter(({ destroyed, localPort }) => !destroyed && localPort === Number(new URL(url).port));
  return { openOn, [Symbol.dispose]: () => void unsubscribe('net.server.socket', add) };
}

/** Sends a subscription over a connection of its own; nothing is read of the answer yet. */
async function send(url: string, query: string, runId: string): Promise<Socket> {
  const body = JSON.stringify({ query, variables: { runId: `SyncRun:${runId}` } });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      `Authorization: ${bearer.Authorization}`,
      'Content-Type: application/json',
      'Accept: text/event-stream',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  );
  return socket;
}

async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    text += chunk;
    if (text.includes('event: complete')) break;
  }
  return text;
}

describe('a crowd that follows one run', () => {
  it('sees its end, each of them, though others never read, and leaves no socket behind', async () => {
    using watch = watchAccepted();
    await using server = await startTestServer(gateway.database, {
      services: { followProgress: (runId, signal) => gateway.follow(runId, signal) },
    });
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.request(siteId);
    const sockets = await Promise.all(
      Array.from({ length: 300 }, () => send(server.url, follow('status run { id }'), runId)),
    );
    const readers = sockets.slice(30).map(readToEnd);
    await vi.waitFor(() => expect(watch.openOn(server.url)).toHaveLength(300));
    const queries = vi.spyOn(gateway.database.prisma.syncRun, 'findUniqueOrThrow');

    await runSync(gateway.deps, runId, new AbortController().signal);

    const texts = await Promise.all(readers);
    const ends = texts.filter((text) => text.includes('"status":"SUCCEEDED"'));
    expect(ends).toHaveLength(270);
    // Each state was made into an answer once, not once for each of them.
    expect(queries.mock.calls.length).toBeLessThan(60);
    await vi.waitFor(() => expect(watch.openOn(server.url)).toEqual([]), { timeout: 25_000 });
    for (const socket of sockets) socket.destroy();
  });
});

describe('a client that never reads', () => {
  it('is sent no more than its connection holds, and is cut in the end', async () => {
    using watch = watchAccepted();
    const ended = Promise.withResolvers<void>();
    let told = 0;
    // Says as much as anyone takes.
    async function* followProgress(_runId: string, signal: AbortSignal) {
      try {
        while (!signal.aborted) {
          told += 1;
          yield { ...runningState, sequence: told, errorMessage: 'x'.repeat(100_000) };
        }
      } finally {
        ended.resolve();
      }
    }
    await using server = await startTestServer(gateway.database, {
      services: { followProgress },
      stalledAfterMs: 400,
    });
    const socket = await send(server.url, follow('errorMessage'), someRunId);

    await ended.promise;

    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThan(300); // what the buffers of two sockets take, not what there is to say
    await vi.waitFor(() => expect(watch.openOn(server.url)).toEqual([]));
    socket.destroy();
  });
});
