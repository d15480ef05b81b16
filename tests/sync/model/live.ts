import { setImmediate as turn } from 'node:timers/promises';

import { transaction } from '../../../src/db/client.ts';
import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import { startDemoSite } from '../../../src/demo-site/start-demo-site.ts';
import { RunEndedError } from '../../../src/sync/cancel-sync.ts';
import { LeaseLostError } from '../../../src/sync/lease.ts';
import { runSync, type SyncDependencies } from '../../../src/sync/run-sync.ts';
import { recordTable, tombstone } from '../../../src/sync/tombstone.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { createGallery, type Gallery } from './demo-gallery.ts';
import { lists, type Change, type Ending, type History, type List, type Step } from './history.ts';
import { mirrored } from './mirrored.ts';
import { asleepAt, killedAt, watchedDatabase, type Watch } from './watched-database.ts';

/** A site that lives through its history, and the mirror of it. */
export interface Life extends AsyncDisposable {
  siteId: number;
  gallery: Gallery;
  /** Lists that showed a row under the id of another at some time. */
  liars: ReadonlySet<List>;
  take(step: Step): Promise<void>;
  /** Clears all faults, and goes on with the run that was left, if there is one. */
  settle(): Promise<void>;
  /** Syncs to the end, undisturbed. */
  sync(): Promise<string>;
  confirmAll(): Promise<void>;
}

const never = new AbortController().signal;

export async function beginLife(gateway: TestGateway, history: History): Promise<Life> {
  const { database } = gateway;
  let onRequest: () => void = () => undefined;
  const site = await startDemoSite({
    generation: history.generation,
    name: 'Galerie',
    apiKey: 'demo-key',
    counts: { ...history.counts, exhibitions: 0, customRequests: 0 },
    onRequest: () => onRequest(),
  });
  const siteId = await gateway.addSite(site.url, site.apiKey);
  await gateway.services.updateSite(siteId, { deletionHoldPercent: history.holdPercent });
  const gallery = createGallery(site, history);
  const deps = { ...gateway.deps, pageRows: history.pageRows };
  const liars = new Set<List>();
  let refreshes = Promise.resolve(); // one after another, as they were told

  const heal = () => {
    site.faults.clear();
    if (history.cap === null || history.generation === 'v1') return;
    for (const list of lists) site.faults.add(list, { kind: 'cap-limit', rows: history.cap });
  };
  heal();

  /** Reads one row and writes it, as one who was told that it has changed would. */
  async function refresh(list: List, id: number): Promise<void> {
    // Times are told to the millisecond: of two readings within one, the later to arrive is believed.
    const changedAt = Date.now();
    // oxlint-disable-next-line no-await-in-loop
    while (Date.now() === changedAt) await turn();
    const observedAt = new Date();
    const answer = gallery.answerOf(list, id);
    await transaction(database.pool, async (client) => {
      if (answer !== undefined) return mirrored[list].write(client, siteId, observedAt, answer);
      const table = recordTable(mirrored[list].table);
      await tombstone(client, table, { siteId, records: [String(id)], missedAt: observedAt });
    });
  }

  /** Resolves when what was told is written. */
  async function apply(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      const id = gallery.apply(change);
      if (change.told && id !== undefined) refreshes = refreshes.then(() => refresh(change.list, id));
    }
    await refreshes;
  }

  async function sync({ entities, meanwhile, ending }: Extract<Step, { do: 'sync' }>): Promise<void> {
    const { runId } = await gateway.request(siteId, entities);
    const stop = new AbortController();
    const beside: Promise<unknown>[] = [];
    let requests = 0;
    let transactions = 0;
    onRequest = () => {
      requests++;
      for (const { at, place, changes } of meanwhile)
        if (at === 'request' && requests === place) beside.push(apply(changes));
      if (!('atRequest' in ending) || requests !== ending.atRequest) return;
      if (ending.as === 'stopped') stop.abort(new Error('the process ends'));
      else beside.push(gateway.cancel(runId).catch(unless(RunEndedError)));
    };
    const changing: Watch = {
      async transaction() {
        transactions++;
        const now = meanwhile.filter(({ at, place }) => at === 'transaction' && transactions === place);
        await apply(now.flatMap(({ changes }) => changes));
      },
    };
    try {
      await work({ ...deps, database: watchedDatabase(database, changing) }, runId, ending, stop.signal);
    } finally {
      onRequest = () => undefined;
      await Promise.all(beside);
    }
  }

  async function decide(confirm: boolean): Promise<void> {
    if ((await database.prisma.syncRun.count({ where: { siteId, endedAt: null } })) > 0) return;
    for (const hold of await database.prisma.deletionHold.findMany({ where: { siteId, status: 'OPEN' } })) {
      // oxlint-disable-next-line no-await-in-loop
      await (confirm
        ? gateway.services.confirmDeletions(hold.id)
        : gateway.services.discardDeletions(hold.id));
    }
  }

  return {
    siteId,
    gallery,
    liars,
    async take(step) {
      switch (step.do) {
        case 'change':
          return apply(step.changes);
        case 'fault':
          if (hidesRows(step.fault, history)) for (const list of lists) liars.add(list);
          return site.faults.add(step.on, step.fault);
        case 'heal':
          return heal();
        case 'decide':
          return decide(step.confirm);
        case 'sync':
          return sync(step);
      }
    },
    async settle() {
      heal();
      const open = await database.prisma.syncRun.findFirst({ where: { siteId, endedAt: null } });
      if (open !== null) await runSync(deps, open.id, never);
    },
    async sync() {
      const { runId } = await gateway.request(siteId, ['STATS', 'PAINTINGS', 'USERS', 'ORDERS']);
      await runSync(deps, runId, never);
      return runId;
    },
    confirmAll: () => decide(true),
    async [Symbol.asyncDispose]() {
      await site.stop();
      const runs = 'SELECT id::text FROM sync_run WHERE site_id = $1';
      await database.pool.query(`DELETE FROM pgboss.job WHERE data ->> 'runId' IN (${runs})`, [siteId]);
      await database.pool.query('DELETE FROM site WHERE id = $1', [siteId]);
    },
  };
}

/** Works on a run until it ends, or its worker does. */
async function work(
  deps: SyncDependencies,
  runId: string,
  ending: Ending,
  signal: AbortSignal,
): Promise<void> {
  const watched = (watch: Watch) => ({ ...deps, database: watchedDatabase(deps.database, watch) });
  switch (ending.as) {
    case 'done':
    case 'cancelled':
      return runSync(deps, runId, signal);
    case 'stopped':
      return runSync(deps, runId, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    case 'killed': {
      const { watch, isDead } = killedAt(ending.atStatement, ending.isDone);
      await runSync(watched(watch), runId, signal).catch((error: unknown) => {
        if (!isDead()) throw error;
      });
      return turn();
    }
    case 'overtaken': {
      const sleeper = asleepAt(ending.atTransaction);
      const run = (watch: Watch) =>
        runSync(watched(watch), runId, signal).then(() => true, unless(LeaseLostError));
      const first = run(sleeper.watch);
      await Promise.race([sleeper.asleep, first]);
      let transactions = 0;
      const second = run({
        async transaction() {
          if (++transactions === ending.wakesAt) sleeper.wake();
        },
      }).finally(sleeper.wake);
      // One that sleeps before it has begun is the later of the two.
      const ends = await Promise.all([first, second]);
      if (!ends.includes(true)) throw new Error('Expected one of two workers to keep its run, both lost it.');
    }
  }
}

const unless = (expected: new (...values: never[]) => Error) => (error: unknown) => {
  if (!(error instanceof expected)) throw error;
};

/** Whether rows that are there do not show, in every answer. */
const hidesRows = (fault: FaultInput, { generation }: History): boolean =>
  (fault.kind === 'bad-rows' && fault.rows.includes('duplicate-id')) ||
  (fault.kind === 'cap-limit' && generation === 'v1');
