import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { transaction } from '../../src/db/client.ts';
import { publishEvent } from '../../src/sync/publish-event.ts';
import { eventsOf } from '../graphql/support/events.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { nginxPath, startNginx } from '../support/nginx.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const query = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { sequence status } }';

// Where CI runs, a missing nginx is a failure; elsewhere these are skipped, so that npm test needs Node alone.
describe.skipIf(nginxPath === undefined && process.env['CI'] === undefined)(
  'through nginx as it comes',
  () => {
    const stack = new AsyncDisposableStack();
    let gateway: TestGateway;
    let url: string;
    beforeAll(async () => {
      gateway = stack.use(await createTestGateway({ concurrency: 0 }));
      const server = stack.use(
        await startTestServer(gateway.database, {
          services: { followProgress: (runId, signal, after) => gateway.follow(runId, signal, after) },
        }),
      );
      ({ url } = stack.use(await startNginx(server.url)));
    });
    afterAll(() => stack.disposeAsync());

    /** Nothing happens in the run before what happened last has arrived: an event that is held back stops the test. */
    async function expectEachAtOnce(follow: (runId: string) => AsyncIterator<unknown>) {
      const siteId = await gateway.addSite(`https://gallery-${crypto.randomUUID()}.example`);
      const { runId } = await gateway.request(siteId, ['STATS']);
      const states = follow(`SyncRun:${runId}`);
      const next = async () => (await states.next()).value;

      expect(await next()).toMatchObject({ sequence: 1, status: 'QUEUED' });
      await transaction(gateway.database.pool, (client) =>
        publishEvent(client, runId, { kind: 'RUN_BEGAN' }),
      );
      expect(await next()).toMatchObject({ sequence: 2, status: 'RUNNING' });
      await gateway.cancel(runId);
      expect(await next()).toMatchObject({ sequence: 3, status: 'CANCELLED' });
      expect(await states.next()).toMatchObject({ done: true });
    }

    it.each(['text/event-stream', 'application/json, text/event-stream'])(
      'every server-sent event arrives as it happens (Accept: %s)',
      async (accept) => {
        await expectEachAtOnce(async function* follow(runId) {
          const response = await fetch(`${url}/graphql`, {
            method: 'POST',
            headers: { ...bearer, ...json, Accept: accept },
            body: JSON.stringify({ query, variables: { runId } }),
          });
          for await (const { event, data } of eventsOf(response)) {
            if (event === 'next') yield Reflect.get(Object(data), 'data').syncProgress;
          }
        });
      },
    );

    it('every event arrives as it happens over a WebSocket', async () => {
      const client = createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        connectionParams: { authorization: bearer.Authorization },
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      await expectEachAtOnce(async function* follow(runId) {
        for await (const { data } of client.iterate({ query, variables: { runId } }))
          yield data?.['syncProgress'];
      });
      await client.dispose();
    });
  },
);
