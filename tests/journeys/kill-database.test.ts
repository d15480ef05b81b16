import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { openDatabase } from '../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';
import { runMain } from '../support/gateway-process.ts';
import { seededRandom } from '../template/support/random.ts';
import { createCrashGateway, letHeartbeatsRunOut, TOKEN, untilRunEnded } from './support/crash-gateway.ts';
import { change, crashSite, PAGE_ROWS, SEED, undisturbed } from './support/crash-site.ts';
import { outcomeOf } from './support/outcome.ts';
import { postmasterOf, startOwnPostgres, type OwnPostgres } from './support/own-postgres.ts';

const READY = /Cimaise serves (\S+\/graphql)/;
const KILLS = 3;

describe(`a sync whose PostgreSQL is killed (KILL_SEED=${SEED})`, () => {
  it.each(['a backend', 'the postmaster'] as const)(
    `${KILLS} times in each of two runs comes to what an undisturbed one comes to: kill -9 of %s`,
    async (victim) => {
      const random = seededRandom(SEED + victim.length);
      const options = crashSite('v2');
      const expected = await undisturbed(options);
      await using postgres = await startOwnPostgres();
      const { database } = postgres;
      await using gateway = await createCrashGateway(database, options);
      await using _worker = await gateway.start('worker'); // one and the same all the time
      for (const [sync, outcome] of expected.entries()) {
        // One kill follows from the one before.
        // oxlint-disable no-await-in-loop
        if (sync > 0) change(gateway.site);
        let runId: string | undefined;
        for (let kill = 1; kill <= KILLS; kill++) {
          const pid = victim === 'a backend' ? await backendOf(postgres) : postgres.postmaster();
          const struck = Promise.withResolvers<void>();
          gateway.onRequest(1 + Math.floor(random() * 6), () => {
            process.kill(pid, 'SIGKILL');
            struck.resolve();
          });
          runId ??= await gateway.request();
          await struck.promise;
          if (victim === 'the postmaster') await postgres.startAgain();
          await vi.waitFor(() => letHeartbeatsRunOut(database), { timeout: 20_000 });
        }
        if (runId === undefined) throw new Error('nothing was asked for');
        await untilRunEnded(database, runId);

        expect(await outcomeOf(database, gateway.siteId, runId)).toEqual(outcome);
        // oxlint-enable no-await-in-loop
      }
    },
    180_000,
  );

  it('ends a gateway whose own it is, with one clear sentence; started again, it goes on', async () => {
    const options = crashSite('v2');
    const [outcome] = await undisturbed(options);
    using dataDir = createScratchDirectory();
    let seen = 0;
    const at = 5 + Math.floor(seededRandom(SEED)() * 20);
    await using site = await startDemoSite({
      ...options,
      onRequest: () => {
        if (++seen === at) process.kill(postmasterOf(dataDir.path), 'SIGKILL');
      },
    });
    const env = {
      CIMAISE_DATA_DIR: dataDir.path,
      PORT: '0',
      ADMIN_TOKEN: TOKEN,
      SYNC_PAGE_ROWS: String(PAGE_ROWS),
    };
    await using killed = runMain('serve.ts', [], env);
    const [, first = ''] = await killed.hasPrinted(READY);
    const input = `{ name: "G", url: "${site.url}", key: "${options.apiKey}" }`;
    await send(first, `mutation { addSite(input: ${input}) { __typename } }`);
    await send(first, 'mutation { syncSite(input: { siteId: "Site:1" }) { __typename } }');

    expect(await killed.ended()).toBe(1);
    expect(killed.printed()).toMatch(/^The embedded PostgreSQL has ended unexpectedly: .*$/m);

    await using next = runMain('serve.ts', [], env);
    await next.hasPrinted(READY);
    const postgres = await startEmbeddedDatabase(dataDir.path); // adopts it
    await using database = openDatabase(postgres.url, {
      applicationName: 'test',
      connections: 2,
      onError: () => undefined,
    });
    await letHeartbeatsRunOut(database);
    const { id: runId, siteId } = await database.prisma.syncRun.findFirstOrThrow();
    await untilRunEnded(database, runId);

    expect(await outcomeOf(database, siteId, runId)).toEqual(outcome);
  }, 120_000);
});

/** One of the worker's; with it, PostgreSQL ends all others and recovers. */
async function backendOf({ database }: OwnPostgres): Promise<number> {
  return vi.waitFor(async () => {
    const { rows } = await database.pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'cimaise-events' LIMIT 1`,
    );
    if (rows[0] === undefined) throw new Error('the worker is not connected');
    return rows[0].pid;
  }, 20_000);
}

const Answer = z.object({ data: z.record(z.string(), z.unknown()) });

async function send(url: string, query: string): Promise<z.infer<typeof Answer>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query }),
  });
  return Answer.parse(await response.json());
}
