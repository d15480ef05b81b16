import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { history, lists, type History } from './model/history.ts';
import { beginLife, type Life } from './model/live.ts';
import { mirrored, plainRecord, plainRow } from './model/mirrored.ts';
import { burialsOf, placeWitness, relapsesOf, versionsOf } from './model/witness.ts';

/** Histories, and the seed of the first; a failure prints its seed and path, to be tried again with fc.assert. */
const HISTORIES = Number(process.env['MODEL_HISTORIES'] ?? 500);
const SEED = Number(process.env['MODEL_SEED'] ?? Date.now() % 1_000_000_000);

const SIDE_BY_SIDE = 4;
const TIMEOUT_MS = 10 * 60_000; // for 500; a busy machine takes more than five minutes

/** How often what the histories are about did happen in them. */
const seen = new Map<string, number>();
const count = (what: string, times: number) => seen.set(what, (seen.get(what) ?? 0) + times);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ concurrency: 0 });
  await placeWitness(gateway.database);
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** The mirror is the site, row by row: the live rows, their values, and tombstones for what is gone. */
async function expectEqual({ siteId, gallery }: Life): Promise<void> {
  for (const list of lists) {
    const rows = new Map(
      (await mirrored[list].read(gateway.database, siteId)).map((row) => [Number(row.sourceId), row]),
    );
    for (const id of gallery.ids(list)) {
      const record = mirrored[list].recordOf(gallery.answerOf(list, id));
      const row = rows.get(id);
      rows.delete(id);
      if (record === null) continue; // what breaks the contract stays out, or as it was
      expect(row, `${list} ${id}`).toBeDefined();
      expect(plainRow(row ?? {}, record), `${list} ${id}`).toEqual(plainRecord(record));
      expect(row?.deletedAt, `${list} ${id}`).toBeNull();
    }
    const alive = [...rows.values()].filter(({ deletedAt }) => deletedAt === null);
    expect(
      alive.map(({ sourceId }) => `${list} ${sourceId}`),
      'rows that are gone',
    ).toEqual([]);
  }
}

/** Nothing was ever deleted that was there, and no content was ever replaced by an older one. */
async function expectNoLies({ siteId, gallery, liars }: Life): Promise<void> {
  const burials = (await burialsOf(gateway.database, siteId)).filter(({ list }) => !liars.has(list));
  expect(
    burials.filter(({ list, id, missedAt, buriedAt }) => gallery.wasThere(list, id, missedAt, buriedAt)),
  ).toEqual([]);
  const relapses = await relapsesOf(gateway.database, siteId);
  expect(relapses.filter(({ list }) => !liars.has(list))).toEqual([]);
}

async function expectSoundRuns({ siteId }: Life): Promise<void> {
  const { prisma } = gateway.database;
  expect(await prisma.syncEntityRun.findMany({ where: { run: { siteId }, errorCode: 'INTERNAL' } })).toEqual(
    [],
  );
  expect(await prisma.syncRun.findMany({ where: { siteId, endedAt: null } })).toEqual([]);
  expect(await prisma.syncScanPart.count({ where: { scan: { entityRun: { run: { siteId } } } } })).toBe(0);
}

const runOf = (id: string) =>
  gateway.database.prisma.syncRun.findUniqueOrThrow({ where: { id }, include: { entityRuns: true } });

async function liveThrough(story: History): Promise<void> {
  await using life = await beginLife(gateway, story);
  for (const step of story.steps) await life.take(step);
  await life.settle();
  for (let sync = 0; sync < 2; sync++) {
    expect((await runOf(await life.sync())).status).toBe('SUCCEEDED');
    await life.confirmAll();
  }
  await expectEqual(life);
  await expectNoLies(life);
  const before = await versionsOf(gateway.database, life.siteId);
  const again = await runOf(await life.sync());
  expect(again.status).toBe('SUCCEEDED');
  for (const { entity, created, updated, tombstoned, held } of again.entityRuns) {
    expect({ entity, created, updated, tombstoned, held }).toEqual({
      entity,
      created: 0,
      updated: 0,
      tombstoned: 0,
      held: 0,
    });
  }
  expect(await versionsOf(gateway.database, life.siteId)).toEqual(before);
  await expectSoundRuns(life);
  await countWhatHappened(life);
}

async function countWhatHappened({ siteId }: Life): Promise<void> {
  const { prisma } = gateway.database;
  count('rows deleted', (await burialsOf(gateway.database, siteId)).length);
  count('deletions held', await prisma.deletionHold.count({ where: { siteId } }));
  count('runs taken up again', await prisma.syncRun.count({ where: { siteId, attempt: { gt: 1 } } }));
  count('runs called off', await prisma.syncRun.count({ where: { siteId, status: 'CANCELLED' } }));
  count(
    'lists that failed',
    await prisma.syncEntityRun.count({ where: { run: { siteId }, status: 'FAILED' } }),
  );
  count(
    'scans that proved nothing',
    await prisma.syncScan.count({
      where: { entityRun: { run: { siteId } }, verdict: { not: 'COMPLETE' } },
    }),
  );
}

// Side by side: most of a sync is waiting.
it.concurrent.each(Array.from({ length: SIDE_BY_SIDE }, (_, place) => SEED + place))(
  `the mirror agrees with its site after any history: ${HISTORIES / SIDE_BY_SIDE} of seed %i`,
  async (seed) => {
    await fc.assert(fc.asyncProperty(history, liveThrough), {
      numRuns: HISTORIES / SIDE_BY_SIDE,
      seed,
      endOnFailure: process.env['MODEL_SHRINK'] === undefined, // shrinking takes minutes
    });
  },
  Math.max(1, HISTORIES / 500) * TIMEOUT_MS,
);

it('and they were full of what can go wrong', () => {
  expect([...seen].filter(([, times]) => times === 0)).toEqual([]);
});
