import { expect } from 'vitest';

import { Entity } from '../../../src/db/generated/prisma/enums.ts';
import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import type { FaultTarget } from '../../../src/demo-site/faults/fault-board.ts';
import type { Generation } from '../../../src/demo-site/records/record.ts';
import { isRow } from '../../../src/demo-site/rows/json.ts';
import type { DemoSite } from '../../../src/demo-site/start-demo-site.ts';
import type { EntityProgress, SyncProgress } from '../../../src/sync/reduce-progress.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { MIRRORED, findings, logOf, mirrorOf, tellings, type MirroredTable } from './run-record.ts';

/** A key that would be found in any text it had slipped into. */
export const KEY = 'FAKE-site-key-93f1c7';

const LISTS = ['paintings', 'users', 'orders', 'exhibitions', 'customRequests'] as const;
const entityOf: Partial<Record<FaultTarget, Entity>> = {
  paintings: 'PAINTINGS',
  users: 'USERS',
  orders: 'ORDERS',
  exhibitions: 'EXHIBITIONS',
  customRequests: 'CUSTOM_REQUESTS',
  full: 'CUSTOM_REQUESTS',
  settings: 'SETTINGS',
  stats: 'STATS',
};
/** A site that was mirrored whole, and has changed since: one row of every list. */
export async function mirroredSite(
  gateway: TestGateway,
  generation: Generation,
): Promise<{ siteId: number; site: DemoSite }> {
  const demo = await gateway.addDemoSite({ generation, apiKey: KEY });
  expect(await gateway.sync(demo.siteId)).toMatchObject({ status: 'SUCCEEDED' });
  demo.site.rows.update('paintings', 3, { quantity: 77 });
  demo.site.rows.update('users', 9, { email: 'moved@example.com' });
  demo.site.rows.update('orders', 5, { status: 'Annulée', email: 'moved@example.com' });
  demo.site.rows.update('exhibitions', 3, { location: 'Salle des fêtes' });
  demo.site.rows.update('customRequests', 2, { description: 'Un triptyque' });
  demo.site.forgetRequests();
  return demo;
}

const healthySites = new WeakMap<TestGateway, Promise<number>>();

/** A site beside the faulty one, the same for all tests of a gateway. */
function healthySite(gateway: TestGateway): Promise<number> {
  const known =
    healthySites.get(gateway) ?? gateway.addDemoSite({ generation: 'v1' }).then(({ siteId }) => siteId);
  healthySites.set(gateway, known);
  return known;
}

export interface MetFault {
  siteId: number;
  site: DemoSite;
  run: SyncProgress;
  /** The entity that met the fault. */
  entity: EntityProgress;
  /** Its findings, but those of rows that are odd by themselves. */
  issues: Awaited<ReturnType<typeof findings>>;
  log: Awaited<ReturnType<typeof logOf>>;
  /** Every row of the entity, as it was before and as it is now. */
  before: Awaited<ReturnType<typeof mirrorOf>>;
  after: Awaited<ReturnType<typeof mirrorOf>>;
}

/**
 * Syncs a site clean, changes a row of each list, switches the fault on for one endpoint and syncs again, with a
 * healthy site syncing at the same time. Expects what must be so whatever the fault is: the other entities are
 * whole, no mirrored row is gone or emptied, the healthy site is healthy, and the record of the run tells no secret.
 */
export async function meetFault(
  gateway: TestGateway,
  endpoint: FaultTarget,
  fault: FaultInput | readonly FaultInput[],
  options: { generation?: Generation; around?: <T>(runs: () => Promise<T>) => Promise<T> } = {},
): Promise<MetFault> {
  const { generation = 'v2', around = (runs) => runs() } = options;
  const { siteId, site } = await mirroredSite(gateway, generation);
  const healthySiteId = await healthySite(gateway);
  const before = await mirrorOf(gateway.database, siteId);
  const firstRun = await gateway.database.prisma.syncRun.findFirstOrThrow({ where: { siteId } });
  const odd = await findings(gateway.database, firstRun.id, siteId, entityOf[endpoint] ?? 'STATS');
  site.faults.set(endpoint, fault);

  const [run, healthyRun] = await around(() =>
    Promise.all([gateway.sync(siteId), gateway.sync(healthySiteId)]),
  );

  const faulty = entityOf[endpoint];
  const after = await mirrorOf(gateway.database, siteId);
  expect(healthyRun).toMatchObject({ status: 'SUCCEEDED' });
  expectWhole(
    run,
    Object.values(Entity).filter((entity) => entity !== faulty),
  );
  expectNothingLost(before, after);
  await expectNoSecretTold(gateway, siteId, site);

  const entity = run.entities.find((one) => one.entity === faulty);
  if (entity === undefined) throw new Error(`${endpoint} is not what a run reads`);
  const isKnown = (issue: { record: string; path: string; code: string }) =>
    odd.some(
      ({ record, path, code }) => record === issue.record && path === issue.path && code === issue.code,
    );
  const issues = (await findings(gateway.database, run.runId, siteId, entity.entity)).filter(
    (issue) => !isKnown(issue),
  );
  const log = await logOf(gateway.database, run.runId);
  return { siteId, site, run, entity, issues, log, before, after };
}

/** Expects that the entities read all of their site, and wrote the one row that had changed. */
function expectWhole(run: SyncProgress, entities: readonly Entity[]): void {
  const counts = { PAINTINGS: 24, USERS: 12, ORDERS: 10, EXHIBITIONS: 4, CUSTOM_REQUESTS: 3 };
  for (const [entity, received] of Object.entries(counts)) {
    if (!entities.some((one) => one === entity)) continue;
    expect(run.entities.find((one) => one.entity === entity)).toMatchObject({
      status: 'SUCCEEDED',
      errorCode: null,
      errorMessage: null,
      received,
      created: 0,
      updated: 1,
      unchanged: received - 1,
      rejected: 0,
      duplicates: 0,
    });
  }
  for (const entity of ['SETTINGS', 'STATS'] as const) {
    if (!entities.includes(entity)) continue;
    expect(run.entities.find((one) => one.entity === entity)).toMatchObject({
      status: 'SUCCEEDED',
      created: 0,
    });
  }
}

/** The rows that change upstream before the fault is met, by their keys. */
const CHANGED: Partial<Record<MirroredTable, string>> = {
  painting: '3',
  user: '9',
  order: '5',
  exhibition: '3',
  custom_request: '2',
};

/** Expects every row that was mirrored to be there still, alive and as it was, but for the one that changed. */
function expectNothingLost(before: MetFault['before'], after: MetFault['after']): void {
  for (const table of MIRRORED) {
    const unchanged = Object.entries(before[table]).filter(([key]) => key !== CHANGED[table]);
    expect(unchanged.length).toBeGreaterThan(0);
    // Statistics are written whenever the site was asked.
    const mayDiffer = table === 'site_stats' ? { observed_at: expect.any(String) } : {};
    const asItWas = unchanged.map(([key, row]) => [key, { ...row, ...mayDiffer }]);
    expect(after[table]).toMatchObject(Object.fromEntries(asItWas));
    expect(Object.keys(after[table])).toEqual(expect.arrayContaining(Object.keys(before[table])));
  }
}

/** Expects no key, no name and no address of a person in the record of any run. */
async function expectNoSecretTold(gateway: TestGateway, siteId: number, site: DemoSite): Promise<void> {
  const told = await tellings(gateway.database, siteId);
  expect(told).not.toBe('');
  expect(told).not.toContain(KEY);
  const people = LISTS.flatMap((list) => [...site.rows.all(list)].filter(isRow)).flatMap((row) =>
    ['email', 'client_email', 'customer_name', 'client_name', ...('email' in row ? ['name'] : [])].map(
      (column) => row[column],
    ),
  );
  const names = people.filter((name) => typeof name === 'string' && name !== '');
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => told.includes(String(name)))).toEqual([]);
}
