import { fork } from 'node:child_process';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { openDatabase, type Database } from '../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { addSite, ask, median } from './ask.ts';
import { ADMIN_TOKEN, startGateway, startPaintings, startWorker, type Started } from './processes.ts';

const ROWS = 100_000;
const READERS = 1_900;
const NEVER_READING = 100;
const ROUNDS = 5;
const END_WITHIN_MS = 30_000;
const SOCKETS_WITHIN_MS = 60_000;

const FOLLOW = `subscription ($runId: ID!) {
  syncProgress(runId: $runId) {
    sequence status percent rowsPerSecond secondsLeft
    entities { entity status percent expected received created updated unchanged rejected rowsPerSecond secondsLeft }
  }
}`;

interface Gateway {
  /** Serves those who follow. */
  readonly server: Started;
  readonly database: Database;
  readonly siteId: string;
  /** A site that never answers: its run keeps the one worker busy until it is called off. */
  readonly stuckSiteId: string;
}

/**
 * First syncs of 100,000 rows, in turns without anyone and with 2,000 who follow over server-sent events, 100 of whom
 * never read: medians of the rounds. Once with the worker in the server's process, once with one of its own. The
 * times are those of the run's record, so nobody's waiting is in them.
 */
export async function benchSubscribers(): Promise<object> {
  await using stack = new AsyncDisposableStack();
  const { path: dataDir } = stack.use(createScratchDirectory());
  const postgres = await startEmbeddedDatabase(dataDir);
  stack.defer(() => postgres.stop());
  const workerOfItsOwn = await measure(postgres.url, dataDir, 'server');
  const oneProcess = await measure(postgres.url, dataDir, 'all');
  return { subscribers: READERS + NEVER_READING, neverReading: NEVER_READING, workerOfItsOwn, oneProcess };
}

async function measure(databaseUrl: string, dataDir: string, role: 'server' | 'all') {
  await using stack = new AsyncDisposableStack();
  const settings = { SYNC_CONCURRENCY: '1' };
  const server = stack.use(await startGateway(databaseUrl, dataDir, { ...settings, ROLE: role }));
  if (role === 'server') {
    stack.use(await startWorker(databaseUrl, dataDir, settings));
  }
  const database = stack.use(
    openDatabase(databaseUrl, { applicationName: 'bench', connections: 2, onError: () => undefined }),
  );
  const site = stack.use(await startPaintings(ROWS));
  const stuck = stack.use(await startPaintings(1));
  await fetch(`${stuck.url}/__demo/faults`, {
    method: 'PUT',
    body: JSON.stringify({ endpoint: 'stats', kind: 'slow-headers', ms: 600_000 }),
  });
  const gateway: Gateway = {
    server,
    database,
    siteId: await addSite(server, site.url),
    stuckSiteId: await addSite(server, stuck.url),
  };
  await syncAlone(gateway); // warm
  const alone: number[] = [];
  const followed: number[] = [];
  const slowdowns: number[] = [];
  const peaksAlone: number[] = [];
  const peaksWith: number[] = [];
  let missedEnd = 0;
  let socketsLeft = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const quiet = await syncAlone(gateway);
    const crowd = await syncFollowed(gateway, round === ROUNDS);
    alone.push(quiet.ms);
    followed.push(crowd.ms);
    slowdowns.push(crowd.ms / quiet.ms);
    peaksAlone.push(quiet.peakRssMb);
    peaksWith.push(crowd.peakRssMb);
    missedEnd += crowd.missedEnd;
    socketsLeft += crowd.socketsLeft;
    process.stderr.write(`${role}, round ${round}: ${JSON.stringify({ quiet, crowd })}\n`);
  }
  return {
    syncMsAlone: median(alone),
    syncMsWith: median(followed),
    slowdown: Math.round(median(slowdowns) * 100) / 100,
    memoryMb: Math.max(...peaksWith) - Math.min(...peaksAlone),
    missedEnd,
    socketsLeft,
  };
}

async function syncAlone(gateway: Gateway) {
  const run = await requestQueued(gateway);
  resetPeak(gateway.server.pid);
  const ms = await runQueued(gateway, run);
  return { ms, peakRssMb: gateway.server.peakRssMb() };
}

async function syncFollowed(gateway: Gateway, countSockets: boolean) {
  const { server } = gateway;
  const run = await requestQueued(gateway);
  const before = socketsOf(server.pid);
  resetPeak(server.pid);
  await using crowd = await gather(server.url, run.runId);
  const ms = await runQueued(gateway, run);
  const { ended, messages } = await crowd.ended();
  const peakRssMb = server.peakRssMb();
  const missedEnd = READERS - ended;
  // Nobody of the crowd closes anything: that is the server's part.
  const socketsLeft = countSockets ? await socketsBeyond(server.pid, before) : 0;
  return { ms, peakRssMb, messages, missedEnd, socketsLeft };
}

/** Asks for a run that waits for the worker. */
async function requestQueued({ server, database, siteId, stuckSiteId }: Gateway) {
  await database.pool.query('TRUNCATE painting, sync_issue');
  const stuckRunId = await request(server, stuckSiteId, 'STATS');
  await until(() => hasStatus(database, stuckRunId, 'RUNNING'));
  return { runId: await request(server, siteId, 'PAINTINGS'), stuckRunId };
}

/** Lets the worker take up the run, and tells how long it worked. */
async function runQueued(
  { server, database }: Gateway,
  { runId, stuckRunId }: { runId: string; stuckRunId: string },
): Promise<number> {
  await ask(
    server,
    'mutation ($runId: ID!) { cancelSync(input: { runId: $runId }) { ... on CancelSyncPayload { run { status } } } }',
    { runId: stuckRunId },
  );
  await until(() => hasStatus(database, runId, 'SUCCEEDED'));
  const { startedAt, endedAt } = await database.prisma.syncRun.findUniqueOrThrow({
    where: { id: keyOf(runId) },
  });
  return (endedAt?.getTime() ?? 0) - (startedAt?.getTime() ?? 0);
}

async function request(server: Started, siteId: string, entity: string): Promise<string> {
  const data = await ask(
    server,
    `mutation ($input: SyncEntityInput!) { result: syncEntity(input: $input) { ... on SyncEntityPayload { run { id } } } }`,
    { input: { siteId, entity } },
  );
  return z.object({ result: z.object({ run: z.object({ id: z.string() }) }) }).parse(data).result.run.id;
}

const keyOf = (runId: string) => runId.slice(runId.indexOf(':') + 1);

async function hasStatus({ prisma }: Database, runId: string, status: string): Promise<boolean> {
  return (await prisma.syncRun.findUniqueOrThrow({ where: { id: keyOf(runId) } })).status === status;
}

const Report = z.object({
  connected: z.number().optional(),
  ended: z.number().optional(),
  messages: z.number().optional(),
});

/** Everyone who follows, in a process of their own. */
async function gather(url: string, runId: string) {
  const child = fork(new URL('crowd.ts', import.meta.url));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  let report: z.infer<typeof Report> = {};
  child.on('message', (message) => (report = { ...report, ...Report.parse(message) }));
  child.send({
    url,
    token: ADMIN_TOKEN,
    query: FOLLOW,
    runId,
    readers: READERS,
    neverReading: NEVER_READING,
  });
  await until(() => report.connected === READERS + NEVER_READING);
  return {
    async ended() {
      await until(() => report.ended === READERS, END_WITHIN_MS);
      if (report.ended !== READERS) {
        child.send({});
        await until(() => report.ended !== undefined);
      }
      return { ended: report.ended ?? 0, messages: report.messages ?? 0 };
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}

const socketsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // closed meanwhile
    }
  }).length;

/** How many more sockets than before are open once the server had its time. */
async function socketsBeyond(pid: number, before: number): Promise<number> {
  await until(() => socketsOf(pid) <= before, SOCKETS_WITHIN_MS);
  return Math.max(0, socketsOf(pid) - before);
}

/** Begins the peak of a process anew: see clear_refs in proc(5). */
const resetPeak = (pid: number) => writeFileSync(`/proc/${pid}/clear_refs`, '5');

async function until(isSo: () => boolean | Promise<boolean>, withinMs = Infinity): Promise<void> {
  const begin = performance.now();
  while (!(await isSo()) && performance.now() - begin < withinMs) await delay(20);
}
