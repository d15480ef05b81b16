import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';

import type { HttpServer } from '../../src/http/server.ts';
import { transaction } from '../../src/db/client.ts';
import { publishEvent } from '../../src/sync/publish-event.ts';
import { eventsOf } from '../graphql/support/events.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { nginxPath, startNginx } from '../support/nginx.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const State = z.object({ sequence: z.number(), status: z.string() });
type State = z.infer<typeof State>;
const Answer = z.object({ data: z.object({ syncProgress: State }) });

const query = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { sequence status } }';

// Where CI runs, a missing nginx is a failure; elsewhere these are skipped, so that npm test needs Node alone.
describe.skipIf(nginxPath === undefined && process.env['CI'] === undefined)(
  'through nginx as it comes',
  () => {
    const stack = new AsyncDisposableStack();
    let gateway: TestGateway;
    let server: HttpServer;
    beforeAll(async () => {
      gateway = stack.use(await createTestGateway({ concurrency: 0 }));
      server = stack.use(
        await startTestServer(gateway.database, {
          services: { followProgress: (runId, signal, after) => gateway.follow(runId, signal, after) },
        }),
      );
    });
    afterAll(() => stack.disposeAsync());

    /** Nothing happens in the run before what happened last has arrived: an event that is held back stops the test. */
    async function statusesAsTheyCame(follow: (runId: string) => AsyncIterator<State>) {
      const siteId = await gateway.addSite(`https://gallery-${crypto.randomUUID()}.example`);
      const { runId } = await gateway.request(siteId, ['STATS']);
      const states = follow(`SyncRun:${runId}`);
      const seen: (string | undefined)[] = [];
      const read = async () => seen.push((await states.next()).value?.status);

      await read();
      await transaction(gateway.database.pool, (client) =>
        publishEvent(client, runId, { kind: 'RUN_BEGAN' }),
      );
      await read();
      await gateway.cancel(runId);
      await read();
      await read();
      return seen;
    }
    const asTheyHappened = ['QUEUED', 'RUNNING', 'CANCELLED', undefined];

    it.each(['text/event-stream', 'application/json, text/event-stream'])(
      'every server-sent event arrives as it happens (Accept: %s)',
      async (accept) => {
        await using nginx = await startNginx(server.url);
        const statuses = await statusesAsTheyCame(async function* follow(runId) {
          const response = await fetch(`${nginx.url}/graphql`, {
            method: 'POST',
            headers: { ...bearer, ...json, Accept: accept },
            body: JSON.stringify({ query, variables: { runId } }),
          });
          for await (const { event, data } of eventsOf(response)) {
            if (event === 'next') yield Answer.parse(data).data.syncProgress;
          }
        });
        expect(statuses).toEqual(asTheyHappened);
      },
    );

    it('every event arrives as it happens over a WebSocket', async () => {
      await using nginx = await startNginx(server.url, { webSocket: true });
      const client = createClient({
        url: `${nginx.url.replace('http', 'ws')}/graphql`,
        connectionParams: { authorization: bearer.Authorization },
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      const statuses = await statusesAsTheyCame(async function* follow(runId) {
        for await (const { data } of client.iterate({ query, variables: { runId } }))
          yield Answer.shape.data.parse(data).syncProgress;
      });
      await client.dispose();
      expect(statuses).toEqual(asTheyHappened);
    });
  },
);
