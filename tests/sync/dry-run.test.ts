import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createApi, type Api } from '../graphql/support/api.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { dumpDatabase } from './support/run-record.ts';

let gateway: TestGateway;
let api: Api;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
  api = createApi(gateway.services);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const DryRun = graphql(`
  mutation DryRun($input: SyncSiteInput!) {
    syncSite(input: $input) {
      __typename
      ... on Error {
        code
        message
      }
      ... on SyncSitePayload {
        run {
          id
          mode
          status
          entityRuns {
            entity
            received
            created
            updated
            unchanged
            rejected
            tombstoned
            held
            expected
            differences {
              kind
              record
              fields {
                field
                before
                after
              }
            }
            scans {
              verdict
              missing
            }
          }
        }
      }
    }
  }
`);

async function dryRun(siteId: number) {
  const { syncSite } = await api.read(DryRun, {
    input: { siteId: `Site:${siteId}`, mode: 'DRY_RUN', wait: true },
  });
  if (syncSite.__typename !== 'SyncSitePayload') throw new Error(syncSite.message);
  return syncSite.run;
}

/** Everything but what runs say of themselves, that something was said, and the queue. */
async function everythingElse(): Promise<string> {
  const text = await dumpDatabase(
    gateway.database,
    (table) => !/sync_(run|entity_run|scan|log_entry|difference|event)|data_version|pgboss/.test(table),
  );
  return text;
}

describe('a dry run', () => {
  it('of a new site says that everything is new, and writes nothing but its run', async () => {
    const { siteId } = await gateway.addDemoSite();
    const before = await everythingElse();

    const run = await dryRun(siteId);

    expect(run).toMatchObject({ mode: 'DRY_RUN', status: 'SUCCEEDED' });
    const paintings = run.entityRuns.find(({ entity }) => entity === 'PAINTINGS');
    expect(paintings).toMatchObject({ received: 24, created: 24, updated: 0, unchanged: 0, expected: 24 });
    expect(paintings?.differences).toHaveLength(10);
    expect(paintings?.differences[0]).toMatchObject({ kind: 'CREATE', fields: [] });
    expect(await everythingElse()).toBe(before);
  });

  it('says what would be created, updated, rejected and deleted, field by field, as the sync then does it', async () => {
    const { siteId, site } = await gateway.addDemoSite({ counts: { orders: 10 } });
    await gateway.sync(siteId);
    const added = site.rows.insert('paintings', { name: 'New' });
    site.rows.update('paintings', 2, { name: 'Renamed', price: 4321 });
    site.rows.update('paintings', 3, { price: -5 });
    site.rows.delete('paintings', 4);
    const before = await everythingElse();

    const run = await dryRun(siteId);

    expect(await everythingElse()).toBe(before);
    const [paintings, orders] = ['PAINTINGS', 'ORDERS'].map((name) =>
      run.entityRuns.find(({ entity }) => entity === name),
    );
    expect(paintings).toMatchObject({
      received: 24,
      created: 1,
      updated: 1,
      unchanged: 21,
      rejected: 1,
      tombstoned: 1,
      held: 0,
      scans: [
        { verdict: 'COMPLETE', missing: 1 },
        { verdict: 'COMPLETE', missing: 1 },
      ],
    });
    expect(paintings?.differences).toEqual([
      { kind: 'CREATE', record: String(added), fields: [] },
      {
        kind: 'UPDATE',
        record: '2',
        fields: [
          { field: 'name', before: expect.any(String), after: 'Renamed' },
          { field: 'price', before: expect.stringMatching(/\.0000$/), after: '4321' },
        ],
      },
      { kind: 'REJECT', record: '3', fields: [{ field: 'price', before: null, after: '-5' }] },
      { kind: 'DELETE', record: '4', fields: [] },
    ]);
    // The names of its paintings come from the paintings.
    expect(orders?.differences).toContainEqual({
      kind: 'UPDATE',
      record: '4',
      fields: [{ field: 'items', before: null, after: null }],
    });

    const real = await gateway.sync(siteId);
    for (const part of real.entities) {
      const { received, created, updated, unchanged, rejected, tombstoned, held } = part;
      const told = run.entityRuns.find(({ entity }) => entity === part.entity);
      expect(told).toMatchObject({ received, created, updated, unchanged, rejected, tombstoned, held });
    }
  });

  it('says what would be held, and holds nothing', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    for (let id = 1; id <= 20; id++) site.rows.delete('paintings', id);

    const run = await dryRun(siteId);

    const paintings = run.entityRuns.find(({ entity }) => entity === 'PAINTINGS');
    expect(paintings).toMatchObject({ tombstoned: 0, held: 20 });
    expect(paintings?.differences.filter(({ kind }) => kind === 'DELETE')).toHaveLength(10);
    expect(await gateway.database.prisma.deletionHold.count({ where: { siteId } })).toBe(0);
  });

  it('that a row would come back is told as its update', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.rows.delete('paintings', 4);
    await gateway.sync(siteId);
    site.rows.revive('paintings', 4);

    const run = await dryRun(siteId);

    const paintings = run.entityRuns.find(({ entity }) => entity === 'PAINTINGS');
    expect(paintings?.differences).toEqual([
      {
        kind: 'UPDATE',
        record: '4',
        fields: [{ field: 'deletedAt', before: expect.any(String), after: null }],
      },
    ]);
  });

  it('that fails leaves its site as it was', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.faults.set('*', { kind: 'key-refused' });
    const before = await everythingElse();

    expect(await dryRun(siteId)).toMatchObject({ status: 'FAILED' });

    expect(await everythingElse()).toBe(before);
  });

  it('is not joined by a sync, nor the other way round', async () => {
    await using idle = await createTestGateway({ concurrency: 0 });
    const idleApi = createApi(idle.services);
    const siteId = `Site:${await idle.addSite('https://gallery.example')}`;
    await idleApi.read(DryRun, { input: { siteId, mode: 'DRY_RUN' } });

    expect(await idleApi.read(DryRun, { input: { siteId } })).toMatchObject({
      syncSite: {
        code: 'OTHER_MODE_UNDER_WAY',
        message: expect.stringContaining('a dry run of the site is'),
      },
    });
    expect(await idleApi.read(DryRun, { input: { siteId, mode: 'DRY_RUN' } })).toMatchObject({
      syncSite: { __typename: 'SyncSitePayload' },
    });
  });
});
