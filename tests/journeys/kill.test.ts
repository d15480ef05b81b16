import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database } from '../../src/db/client.ts';
import { createTestDatabase } from '../support/database.ts';
import type { Command } from '../support/gateway-process.ts';
import { seededRandom } from '../template/support/random.ts';
import { askedAgain } from './support/asked-again.ts';
import {
  createCrashGateway,
  letHeartbeatsRunOut,
  onCommit,
  TOKEN,
  untilRunEnded,
  type CrashGateway,
} from './support/crash-gateway.ts';
import { change, crashSite, pathsOf, SEED, undisturbed } from './support/crash-site.ts';
import { outcomeOf } from './support/outcome.ts';

const KILLS = 6;
/** The page whose commit is under way, the one that is checked meanwhile, and the one that is asked for. */
const PAGES_AGAIN_AT_MOST = 3;

describe(`a sync whose worker is killed (KILL_SEED=${SEED})`, () => {
  let database: Database;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database[Symbol.asyncDispose]());

  it.each([
    ['worker', 'v2'],
    ['all', 'v2'],
    ['worker', 'v1'],
  ] as const)(
    `${KILLS} times in each of two runs comes to what an undisturbed one comes to: ROLE=%s, %s site`,
    async (role, generation) => {
      const random = seededRandom(SEED + `${role}${generation}`.length);
      const options = crashSite(generation);
      const expected = await undisturbed(options);
      await using gateway = await createCrashGateway(database, options);
      for (const [sync, outcome] of expected.entries()) {
        // One kill follows from the one before.
        // oxlint-disable no-await-in-loop
        if (sync > 0) change(gateway.site);
        gateway.site.forgetRequests();
        const runId = await gateway.request();
        const lives: string[][] = [];
        for (let kill = 1; kill <= KILLS; kill++) {
          const before = gateway.site.requests.length;
          // A v1 site answers a list whole: only commits tell how far it was read.
          const isCommit = generation === 'v1' || random() < 0.5;
          await killAt(gateway, role, isCommit ? 'commit' : 'request', 2 + Math.floor(random() * 4));
          lives.push(pathsOf(gateway.site).slice(before));
          await letHeartbeatsRunOut(database);
        }
        const before = gateway.site.requests.length;
        await using worker = await gateway.start(role);
        await untilRunEnded(database, runId);
        worker.kill('SIGKILL');
        lives.push(pathsOf(gateway.site).slice(before));

        const found = await outcomeOf(database, gateway.siteId, runId);
        expect(found).toEqual(outcome);
        const { attempt } = await database.prisma.syncRun.findUniqueOrThrow({ where: { id: runId } });
        expect(attempt).toBe(KILLS + 1); // each kill hit the run
        const again = askedAgain(lives);
        expect(Math.max(...again)).toBeLessThanOrEqual(PAGES_AGAIN_AT_MOST);
        // oxlint-enable no-await-in-loop
      }
    },
    240_000,
  );

  it('is taken over by another within 60 s, which goes on from the checkpoint', async () => {
    const options = crashSite('v2');
    const [outcome] = await undisturbed(options);
    await using gateway = await createCrashGateway(database, options);
    const runId = await gateway.request();
    let struck = (): void => undefined;
    const strike = new Promise<void>((resolve) => (struck = resolve));
    gateway.onRequest(8, () => struck());
    await using first = await gateway.start('worker');
    await strike;
    first.kill('SIGKILL');
    const killedAt = performance.now();
    await using _second = await gateway.start('worker');

    await untilRunEnded(database, runId);

    expect(performance.now() - killedAt).toBeLessThan(30_000);
    expect(await outcomeOf(database, gateway.siteId, runId)).toEqual(outcome);
  }, 90_000);

  it('and whose server is killed goes on, and the subscribers of the next server see its end', async () => {
    const options = crashSite('v2');
    const [outcome] = await undisturbed(options);
    await using gateway = await createCrashGateway(database, options);
    await using server = await gateway.start('server');
    const runId = await gateway.request();
    gateway.site.faults.set('orders', { kind: 'slow-headers', ms: 5_000, times: 1 }); // while the next server starts
    const cut = await subscribe(server, runId);
    const wholeOrCut = cut.text().catch(() => 'cut');
    gateway.onRequest(5, () => server.kill('SIGKILL'));
    await using _worker = await gateway.start('worker');
    await server.ended();
    expect(await wholeOrCut).toBe('cut');

    await using next = await gateway.start('server');
    const whole = await subscribe(next, runId);

    expect((await whole.text()).match(/"status":"(\w+)"/g)?.at(-1)).toBe('"status":"SUCCEEDED"');
    expect(await outcomeOf(database, gateway.siteId, runId)).toEqual(outcome);
    const { attempt } = await database.prisma.syncRun.findUniqueOrThrow({ where: { id: runId } });
    expect(attempt).toBe(1);
  }, 60_000);
});

/** Starts a process, and kills it at the n-th request of the site, or commit, from then on. */
async function killAt(
  gateway: CrashGateway,
  role: 'worker' | 'all',
  at: 'request' | 'commit',
  count: number,
): Promise<void> {
  let victim: Command | undefined;
  const strike = () => victim?.kill('SIGKILL');
  await using stack = new AsyncDisposableStack();
  if (at === 'commit') stack.use(await onCommit(gateway.database, count, strike));
  else gateway.onRequest(count, strike);
  victim = gateway.launch(role);
  await victim.ended();
}

async function subscribe(server: Command, runId: string): Promise<Response> {
  const [, url] = await server.hasPrinted(/Cimaise serves (\S+\/graphql)/);
  return fetch(url ?? '', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${TOKEN}`,
    },
    body: JSON.stringify({ query: `subscription { syncProgress(runId: "SyncRun:${runId}") { status } }` }),
  });
}
