import { isDeepStrictEqual } from 'node:util';

import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { openDatabase } from '../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { addSite, ask, median } from './ask.ts';
import { installPeers, load, startPostGraphile } from './peers.ts';
import { startFleet, startGateway, type Started } from './processes.ts';
import { type Operation, operationsOf, secondPage } from './query/operations.ts';
import { rowsIn } from './query/rows-in.ts';

const SITES = 100;
const ROWS_OF_SITE = { paintings: 500, orders: 200, users: 100, exhibitions: 5, customRequests: 5 };
const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = [20, 100] as const;
const DATABASE_CONNECTIONS = 14; // the gateway's pools have as many, or fewer

/** Who is asked: the gateway without and with its response cache, and PostGraphile, on one PostgreSQL. */
const servers = ['ours', 'cached', 'theirs'] as const;
type Server = (typeof servers)[number];

/**
 * One line of JSON for each operation. Every server is a process of its own in production mode; they are loaded one
 * after another, in turn within each round, by a process that asks as fast as answers come. The gateway asks for the
 * token and holds all its limits; PostGraphile asks for nothing. Both give the same rows, which is checked first.
 */
export async function* benchQuery(): AsyncGenerator<object> {
  await using stack = new AsyncDisposableStack();
  await installPeers();
  const { path: dataDir } = stack.use(createScratchDirectory());
  const postgres = await startEmbeddedDatabase(dataDir);
  stack.defer(() => postgres.stop());
  await mirrorSites(postgres.url, dataDir);

  const production = { NODE_ENV: 'production' };
  const asked: Record<Server, Started> = {
    ours: stack.use(await startGateway(postgres.url, dataDir, { ...production, RESPONSE_CACHE_MB: '0' })),
    cached: stack.use(await startGateway(postgres.url, dataDir, { ...production, RESPONSE_CACHE_MB: '32' })),
    theirs: stack.use(await startPostGraphile(postgres.url, DATABASE_CONNECTIONS)),
  };
  for (const operation of await findOperations(asked)) {
    // oxlint-disable-next-line no-await-in-loop
    yield await measure(asked, operation);
  }
}

/** Fills the mirror by real syncs of demo sites. */
async function mirrorSites(databaseUrl: string, dataDir: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const gateway = stack.use(await startGateway(databaseUrl, dataDir));
  const fleet = stack.use(await startFleet(SITES, ROWS_OF_SITE));
  for (const url of fleet.urls) {
    // oxlint-disable no-await-in-loop
    const siteId = await addSite(gateway, url);
    const input = { siteId, wait: true };
    await ask(gateway, 'mutation ($input: SyncSiteInput!) { syncSite(input: $input) { __typename } }', {
      input,
    });
    // oxlint-enable no-await-in-loop
  }
  await using database = openDatabase(databaseUrl, {
    applicationName: 'bench',
    connections: 1,
    onError: () => undefined,
  });
  await database.pool.query('VACUUM ANALYZE');
}

const FirstPage = z.object({
  site: z.object({ paintings: z.object({ pageInfo: z.object({ endCursor: z.string() }) }) }),
});

async function findOperations({ ours, theirs }: Record<Server, Started>): Promise<Operation[]> {
  const site = 5;
  const cursorOf = async (server: Started, query: string) =>
    FirstPage.parse(await ask(server, query, {})).site.paintings.pageInfo.endCursor;
  return operationsOf({
    site,
    painting: 42,
    after: {
      ours: await cursorOf(ours, secondPage.ours(site, null)),
      theirs: await cursorOf(theirs, secondPage.theirs(site, null)),
    },
  });
}

async function measure(asked: Record<Server, Started>, operation: Operation): Promise<object> {
  const queryOf = (server: Server) => (server === 'theirs' ? operation.theirs : operation.ours);
  const [ours, theirs] = await Promise.all(
    (['ours', 'theirs'] as const).map(async (server) =>
      rowsIn(await ask(asked[server], queryOf(server), {})),
    ),
  );
  if (!isDeepStrictEqual(ours, theirs))
    throw new Error(`Expected the same rows of both for: ${operation.op}`);
  const rounds = CONNECTIONS.flatMap((connections) =>
    servers.map((server) => ({ connections, server, rps: [] as number[], p99Ms: [] as number[] })),
  );
  // One after another: what is measured has the machine for itself.
  // oxlint-disable no-await-in-loop
  for (const { server, connections } of rounds) {
    await load(asked[server], queryOf(server), { connections, seconds: 1 }); // to warm up
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { server, connections, rps, p99Ms } of rounds) {
      const result = await load(asked[server], queryOf(server), { connections, seconds: SECONDS });
      rps.push(result.rps);
      p99Ms.push(result.p99Ms);
    }
  }
  // oxlint-enable no-await-in-loop
  const resultOf = (server: Server, connections: number) => {
    const found = rounds.find((one) => one.server === server && one.connections === connections);
    return { rps: median(found?.rps ?? []), p99Ms: median(found?.p99Ms ?? []) };
  };
  const ratioTo = (server: Server) =>
    Math.min(...CONNECTIONS.map((count) => resultOf(server, count).rps / resultOf('theirs', count).rps));
  const [few, many] = CONNECTIONS;
  return {
    op: operation.op,
    rps20: Math.round(resultOf('ours', few).rps),
    rps100: Math.round(resultOf('ours', many).rps),
    p99Ms: resultOf('ours', many).p99Ms,
    peerRps20: Math.round(resultOf('theirs', few).rps),
    peerRps100: Math.round(resultOf('theirs', many).rps),
    peerP99Ms: resultOf('theirs', many).p99Ms,
    ratio: round2(ratioTo('ours')),
    cachedRps20: Math.round(resultOf('cached', few).rps),
    cachedRps100: Math.round(resultOf('cached', many).rps),
    cachedRatio: round2(ratioTo('cached')),
  };
}

const round2 = (value: number) => Math.round(value * 100) / 100;
