import { print } from 'graphql';
import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createApi, readingOnly } from './support/api.ts';
import { eventsOf, subscribe } from './support/events.ts';
import { runningState, someRunId } from './support/progress.ts';
import { statementsOf } from './support/statements.ts';

const gateway = await createTestGateway();
afterAll(() => gateway[Symbol.asyncDispose]());
const services = {
  ...readingOnly(gateway.database),
  followProgress: (runId: string, signal: AbortSignal, after?: number | null) =>
    gateway.follow(runId, signal, after),
  followActivity: (signal: AbortSignal) => gateway.progress.followAll(signal),
};
const { yoga } = createApi(services);

const query = print(
  graphql(`
    subscription FollowedRun($runId: ID!) {
      syncProgress(runId: $runId) {
        sequence
        status
        percent
        run {
          status
        }
        site {
          name
          paintings {
            totalCount
          }
        }
        entities {
          entity
          status
          received
          percent
        }
      }
    }
  `),
);

test('a run is followed to its end, every event with what is stored by then, and the stream completes', async () => {
  const { siteId, site } = await gateway.addDemoSite();
  const { runId } = await gateway.request(siteId);
  const response = await subscribe(yoga, query, { runId: `SyncRun:${runId}` });
  expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
  expect(response.headers.get('Cache-Control')).toBe('no-cache, no-transform');
  expect(response.headers.get('X-Accel-Buffering')).toBe('no');
  expect(response.headers.get('Content-Encoding')).toBeNull();

  const events = await Array.fromAsync(eventsOf(response));
  expect(events.at(-1)).toEqual({ event: 'complete', data: null });
  const states = events.slice(0, -1).map(({ data }) => Reflect.get(Object(data), 'data').syncProgress);
  expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED', percent: 100, run: { status: 'SUCCEEDED' } });
  const sequences = states.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((left, right) => left - right));
  const percents = states.map(({ percent }) => percent);
  expect(percents).toEqual(percents.toSorted((left, right) => left - right));
  expect(states.at(-1).site.paintings.totalCount).toBeGreaterThan(0);
  expect(site.url).toBeDefined();
});

test('a subscriber who comes late gets the end state, and the stream completes', async () => {
  const { siteId } = await gateway.addDemoSite();
  await gateway.sync(siteId);
  const run = await gateway.database.prisma.syncRun.findFirstOrThrow({ where: { siteId } });
  const events = await Array.fromAsync(
    eventsOf(await subscribe(yoga, query, { runId: `SyncRun:${run.id}` })),
  );
  expect(events.map(({ event }) => event)).toEqual(['next', 'complete']);
});

const replay = print(
  graphql(`
    subscription ReplayedRun($runId: ID!, $after: Int) {
      syncProgress(runId: $runId, after: $after) {
        sequence
        rowsPerSecond
        secondsLeft
        entities {
          entity
          rowsPerSecond
          secondsLeft
        }
      }
    }
  `),
);

test('what came after a sequence is replayed, a state for each event', async () => {
  const { siteId } = await gateway.addDemoSite();
  const { runId, sequence } = await gateway.sync(siteId);
  const sequencesAfter = async (after: number) => {
    const response = await subscribe(yoga, replay, { runId: `SyncRun:${runId}`, after });
    const events = await Array.fromAsync(eventsOf(response));
    return events.slice(0, -1).map(({ data }) => Reflect.get(Object(data), 'data').syncProgress.sequence);
  };
  expect(await sequencesAfter(0)).toEqual(Array.from({ length: sequence }, (_, index) => index + 1));
  expect(await sequencesAfter(sequence - 2)).toEqual([sequence - 1, sequence]);
  expect(await sequencesAfter(sequence)).toEqual([sequence]);
});

test.each([-1, 1_000_000])(
  'a sequence that the run does not have (%i) is an error with a code',
  async (after) => {
    const { siteId } = await gateway.addDemoSite();
    const { runId } = await gateway.sync(siteId, ['STATS']);
    const response = await subscribe(yoga, replay, { runId: `SyncRun:${runId}`, after });
    expect(await Array.fromAsync(eventsOf(response))).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'EVENT_NOT_FOUND' } }] } },
      { event: 'complete' },
    ]);
  },
);

const activity = print(
  graphql(`
    subscription Activity {
      syncActivity {
        status
        run {
          id
        }
        site {
          name
        }
      }
    }
  `),
);

test('all runs are followed, those that are asked for later too, until the client leaves', async () => {
  const response = await subscribe(yoga, activity, {});
  const events = eventsOf(response);
  const runIds: string[] = [];
  for (const name of ['One', 'Two']) {
    const { siteId } = await gateway.addDemoSite({ name });
    const { runId } = await gateway.request(siteId);
    runIds.push(runId);
    for (;;) {
      const { value } = await events.next();
      const { status, run } = Reflect.get(Object(value?.data), 'data').syncActivity;
      if (run.id === `SyncRun:${runId}` && status === 'SUCCEEDED') break;
    }
  }
  await events.return();
  expect(new Set(runIds).size).toBe(2);
});

test('many who ask the same of one state are answered by one execution', async () => {
  const states = [runningState, { ...runningState, sequence: 2, status: 'SUCCEEDED' as const }];
  async function* followProgress() {
    yield* states;
  }
  const crowded = createApi({ ...services, followProgress });
  const ask = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { status site { name } } }';
  const { statements } = await statementsOf(gateway.database, () =>
    Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await subscribe(crowded.yoga, ask, { runId: `SyncRun:${someRunId}` });
        const events = await Array.fromAsync(eventsOf(response));
        expect(events).toHaveLength(3);
      }),
    ),
  );
  expect(statements).toHaveLength(states.length);
});

test.each([
  ['SyncRun:00000000-0000-7000-8000-000000000000', 'RUN_NOT_FOUND'],
  ['SyncRun:1', 'BAD_USER_INPUT'],
])('a run that is not there (%s) is an error with a code', async (runId, code) => {
  const events = await Array.fromAsync(eventsOf(await subscribe(yoga, query, { runId })));
  expect(events).toMatchObject([
    { event: 'next', data: { errors: [{ extensions: { code, requestId: expect.any(String) } }] } },
    { event: 'complete' },
  ]);
});

test('the source ends at once when the client goes, though no event comes any more', async () => {
  const ended = Promise.withResolvers<void>();
  async function* followProgress(_runId: string, signal: AbortSignal) {
    yield runningState;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    ended.resolve();
  }
  const stuck = createApi({ ...services, followProgress });
  const short = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { sequence } }';
  const response = await subscribe(stuck.yoga, short, { runId: `SyncRun:${someRunId}` });
  const events = eventsOf(response);
  expect((await events.next()).value).toMatchObject({ data: { data: { syncProgress: { sequence: 1 } } } });
  await events.return();
  await ended.promise;
});

test('a quiet stream shows that it is alive', async () => {
  async function* followProgress(_runId: string, signal: AbortSignal) {
    yield runningState;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  const quiet = createApi({ ...services, followProgress });
  const short = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { sequence } }';
  const response = await subscribe(quiet.yoga, short, { runId: `SyncRun:${someRunId}` });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('sequence') || !text.endsWith(':\n\n')) text += (await reader?.read())?.value ?? '';
  expect(text).toMatch(/"sequence":1[^]*\n\n:\n\n$/);
  await reader?.cancel();
});

test('a source that breaks ends the stream with a masked error', async () => {
  async function* followProgress() {
    yield runningState;
    throw new Error('secret 42');
  }
  const broken = createApi({ ...services, followProgress });
  const short = 'subscription ($runId: ID!) { syncProgress(runId: $runId) { sequence } }';
  const events = await Array.fromAsync(
    eventsOf(await subscribe(broken.yoga, short, { runId: `SyncRun:${someRunId}` })),
  );
  expect(JSON.stringify(events)).not.toContain('secret');
  expect(events.map(({ event }) => event)).toEqual(['next', 'next', 'complete']);
  expect(events[1]?.data).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
});
