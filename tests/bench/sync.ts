import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { openDatabase, type Database } from '../../src/db/client.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';
import { addSite, ask, median } from './ask.ts';
import { startGateway, startPaintings, type Started } from './processes.ts';

const ROWS = 100_000;
const MANY_ROWS = 1_000_000;
const LOOP_ROWS = 5_000; // the loop is slow: a part of the rows tells its rate
const ROUNDS = 5;

/**
 * A first and an unchanged sync through GraphQL, HTTP, validation and storage, beside COPY of the same rows into the
 * same table and a loop of `prisma.painting.upsert`: all in each round, on one PostgreSQL, medians of the rounds.
 * The gateway's times are those of the client that asked: from the mutation sent to the answer that the run ended.
 */
export async function benchSync(): Promise<object> {
  await using stack = new AsyncDisposableStack();
  const { path: dataDir } = stack.use(createScratchDirectory());
  const postgres = await startEmbeddedDatabase(dataDir);
  stack.defer(() => postgres.stop());

  const small = await measureRates(postgres.url, dataDir);
  const peakRssMbAtMillion = await peakOfFirstSync(postgres.url, dataDir, MANY_ROWS);
  return { rows: ROWS, ...small, peakRssMbAtMillion };
}

async function measureRates(databaseUrl: string, dataDir: string) {
  await using stack = new AsyncDisposableStack();
  const gateway = stack.use(await startGateway(databaseUrl, dataDir));
  const site = stack.use(await startPaintings(ROWS));
  const database = stack.use(
    openDatabase(databaseUrl, { applicationName: 'bench', connections: 2, onError: () => undefined }),
  );
  const siteId = await addSite(gateway, site.url);
  const first: number[] = [];
  const unchanged: number[] = [];
  const copy: number[] = [];
  const loop: number[] = [];
  let unchangedRowsWritten = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    await database.pool.query('TRUNCATE painting, sync_issue');
    first.push(await rate(ROWS, () => syncPaintings(gateway, siteId)));
    const { rows } = await database.pool.query<{ last: Date }>(
      'SELECT max(observed_at) AS last FROM painting',
    );
    unchanged.push(await rate(ROWS, () => syncPaintings(gateway, siteId)));
    // Every write of a row moves its observed_at.
    unchangedRowsWritten += await database.prisma.painting.count({
      where: { observedAt: { gt: rows[0]?.last ?? new Date(0) } },
    });
    copy.push(await copyRate(database));
    loop.push(await loopRate(database));
    process.stderr.write(`round ${round}: ${JSON.stringify({ first, unchanged, copy, loop })}\n`);
  }
  const [firstRowsPerSecond, copyRowsPerSecond, upsertLoopRowsPerSecond] = [first, copy, loop].map(median);
  return {
    firstRowsPerSecond,
    unchangedRowsPerSecond: median(unchanged),
    unchangedRowsWritten,
    copyRowsPerSecond,
    upsertLoopRowsPerSecond,
    ratioToCopy: ratio(firstRowsPerSecond, copyRowsPerSecond),
    ratioToLoop: ratio(firstRowsPerSecond, upsertLoopRowsPerSecond),
    peakRssMb: gateway.peakRssMb(),
  };
}

/** COPY of the mirrored rows into the mirror's own table, emptied: same columns, indexes and foreign keys. */
async function copyRate({ pool }: Database): Promise<number> {
  const client = await pool.connect();
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(copyTo('COPY painting TO STDOUT'))) chunks.push(chunk);
    await client.query('TRUNCATE painting');
    return await rate(ROWS, () =>
      pipeline(Readable.from(chunks), client.query(copyFrom('COPY painting FROM STDIN'))),
    );
  } finally {
    client.release();
  }
}

/** What one writes without thinking about it. */
async function loopRate({ pool, prisma }: Database): Promise<number> {
  const rows = await prisma.painting.findMany({ take: LOOP_ROWS });
  await pool.query('TRUNCATE painting');
  return rate(rows.length, async () => {
    for (const row of rows) {
      const { siteId, sourceId } = row;
      await prisma.painting.upsert({
        where: { siteId_sourceId: { siteId, sourceId } },
        create: row,
        update: row,
      });
    }
  });
}

/** A gateway of its own: the peak of a process never goes down again. */
async function peakOfFirstSync(databaseUrl: string, dataDir: string, rows: number): Promise<number> {
  await using gateway = await startGateway(databaseUrl, dataDir);
  await using site = await startPaintings(rows);
  await syncPaintings(gateway, await addSite(gateway, site.url));
  return gateway.peakRssMb();
}

async function syncPaintings(gateway: Started, siteId: string): Promise<void> {
  const data = await ask(
    gateway,
    `mutation ($siteId: ID!) { result: syncEntity(input: { siteId: $siteId, entity: PAINTINGS, wait: true }) {
       ... on SyncEntityPayload { run { status } } } }`,
    { siteId },
  );
  z.object({ result: z.object({ run: z.object({ status: z.literal('SUCCEEDED') }) }) }).parse(data);
}

async function rate(rows: number, work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return Math.round(rows / ((performance.now() - begin) / 1_000));
}

const ratio = (part: number | undefined, whole: number | undefined) =>
  Math.round(((part ?? 0) / (whole ?? 1)) * 100) / 100;
