import { pino } from 'pino';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { openDatabase, type Database } from '../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';
import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { addSite } from '../../src/registry/add-site.ts';
import { requestSync } from '../../src/sync/request-sync.ts';
import { seededRandom } from '../template/support/random.ts';
import { startWorker } from './processes.ts';

const PAGE_ROWS = 50;
const PAGES = 100;
const KILLS = 5;

/**
 * Kills the worker of one sync (`kill -9`) at random requests, and starts another each time. `rowsReread` is the most
 * rows that were committed before a kill, and read again after it; `rowsAskedAgain` the most that the site was asked
 * for again, with those that had been fetched ahead and were not committed yet.
 */
export async function benchResume(): Promise<object> {
  const seed = Number(process.env['KILL_SEED'] ?? Math.floor(Math.random() * 1e6));
  const random = seededRandom(seed);
  await using stack = new AsyncDisposableStack();
  const { path: dataDir } = stack.use(createScratchDirectory());
  const postgres = await startEmbeddedDatabase(dataDir);
  stack.defer(() => postgres.stop());
  await migrate(postgres.url);
  const database = stack.use(
    openDatabase(postgres.url, { applicationName: 'bench', connections: 2, onError: () => undefined }),
  );
  const queue = stack.use(await openQueue(postgres.url, pino({ level: 'warn' }, pino.destination(2))));
  let onRequest = (_offset: number): void => undefined;
  const site = stack.use(
    await startDemoSite({
      generation: 'v2',
      name: 'Bench',
      apiKey: 'demo-key-of-this-site',
      seed,
      counts: { paintings: PAGES * PAGE_ROWS },
      onRequest: ({ path }) => onRequest(Number(/offset=(\d+)/.exec(path)?.[1] ?? 0)),
    }),
  );
  const secretKey = Buffer.alloc(32, 7);
  const { id: siteId } = await addSite(
    { database, secretKey },
    { name: 'Bench', url: site.url, key: site.apiKey },
  );
  const { runId } = await requestSync({ database, queue }, { siteId, entities: ['PAINTINGS'] });

  let rowsReread = 0;
  let rowsAskedAgain = 0;
  let takenOverAfterMs = 0;
  let askedUpTo = 0;
  let committed = 0;
  let killedAt = performance.now();
  const env = { SECRET_KEY: secretKey.toString('base64'), SYNC_PAGE_ROWS: String(PAGE_ROWS) };
  // One kill follows from the one before.
  // oxlint-disable no-await-in-loop
  for (let kill = 0; kill <= KILLS; kill++) {
    let left = kill === KILLS ? Infinity : 2 + Math.floor(random() * 15);
    let isFirst = true;
    const due = Promise.withResolvers<void>();
    onRequest = (offset) => {
      if (isFirst && kill > 0) {
        rowsReread = Math.max(rowsReread, committed - offset);
        rowsAskedAgain = Math.max(rowsAskedAgain, askedUpTo - offset);
        takenOverAfterMs = Math.max(takenOverAfterMs, Math.round(performance.now() - killedAt));
      }
      isFirst = false;
      askedUpTo = offset + PAGE_ROWS + (offset === 0 ? 0 : 1);
      if (--left === 0) due.resolve();
    };
    const worker = await startWorker(postgres.url, dataDir, env);
    if (kill === KILLS) {
      await untilEnded(database, runId);
      await worker[Symbol.asyncDispose]();
      break;
    }
    await due.promise;
    await worker.kill();
    killedAt = performance.now();
    committed = await positionOf(database, runId);
    process.stderr.write(`kill ${kill + 1}: ${committed} rows were committed\n`);
  }
  // oxlint-enable no-await-in-loop
  const mirrored = await database.prisma.painting.count();
  if (mirrored !== PAGES * PAGE_ROWS) throw new Error(`Expected every row in the mirror, got ${mirrored}`);
  return {
    rowsReread,
    rowsAskedAgain,
    pageRows: PAGE_ROWS,
    pages: PAGES,
    kills: KILLS,
    takenOverAfterMs,
    seed,
  };
}

async function positionOf({ pool }: Database, runId: string): Promise<number> {
  const { rows } = await pool.query<{ position: number }>(
    'SELECT coalesce(max(position), 0)::int AS position FROM sync_scan_part WHERE run_id = $1',
    [runId],
  );
  return rows[0]?.position ?? 0;
}

async function untilEnded({ prisma }: Database, runId: string): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const { status, endedAt } = await prisma.syncRun.findUniqueOrThrow({ where: { id: runId } });
    if (status === 'SUCCEEDED') return;
    if (endedAt !== null) throw new Error(`Expected a run that succeeds, got ${status}`);
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
