import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Entity } from '../../src/db/generated/prisma/enums.ts';
import type { AnswerToKeep } from '../../src/graphql/context.ts';
import { confirmDeletions } from '../../src/sync/decide-hold.ts';
import { graphql } from '../gql/gql.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { createApi, type Api } from './support/api.ts';
import { rowsOf } from './support/rows.ts';
import { statementsOf } from './support/statements.ts';

let gateway: TestGateway;
let api: Api;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10, staleAfterMinutes: 60 });
  api = createApi(gateway.services);
});
afterAll(() => gateway[Symbol.asyncDispose]());

beforeEach(async () => {
  await gateway.database.prisma.site.deleteMany();
});

const All = graphql(`
  query Fresh {
    paintings(first: 1) {
      freshness {
        ...HowFresh
      }
    }
    orders(first: 1) {
      freshness {
        ...HowFresh
      }
    }
  }
  fragment HowFresh on Freshness {
    asOf
    siteCount
    staleCount
    staleSites {
      site {
        id
      }
      asOf
      reasons
      errorCode
    }
    neverSyncedCount
    neverSyncedSites {
      site {
        id
      }
      asOf
      reasons
      errorCode
    }
    staleAfterMinutes
  }
`);

const freshness = async () => {
  const { paintings, orders } = await api.read(All);
  return { paintings: paintings.freshness, orders: orders.freshness };
};

/** A site that was synced whole, and when the sync of each entity began. */
async function syncedSite() {
  const demo = await gateway.addDemoSite();
  await gateway.sync(demo.siteId);
  return { ...demo, id: `Site:${demo.siteId}`, asOf: await beginOf(demo.siteId, 'PAINTINGS') };
}

/** When the last reading of the list began, as its certificate says. */
async function beginOf(siteId: number, entity: Entity): Promise<string> {
  const scan = await gateway.database.prisma.syncScan.findFirstOrThrow({
    where: { entity, entityRun: { run: { siteId } } },
    orderBy: { startedAt: 'desc' },
  });
  return scan.startedAt.toISOString();
}

const fresh = { staleCount: 0, staleSites: [], neverSyncedCount: 0, neverSyncedSites: [] };
const stale = (site: { id: string; asOf: string }, reasons: string[], errorCode: string | null = null) => ({
  staleCount: 1,
  staleSites: [{ site: { id: site.id }, asOf: site.asOf, reasons, errorCode }],
  neverSyncedCount: 0,
});

describe('a list', () => {
  test('says when the sync began that proved it, and that no site is missing', async () => {
    const { asOf } = await syncedSite();
    const { paintings } = await freshness();
    expect(paintings).toEqual({ ...fresh, asOf, siteCount: 1, staleAfterMinutes: 60 });
  });

  test('of several sites is as old as the oldest of them', async () => {
    const first = await syncedSite();
    const second = await syncedSite();
    expect((await freshness()).paintings).toMatchObject({ ...fresh, siteCount: 2, asOf: first.asOf });
    await gateway.sync(first.siteId);
    expect((await freshness()).paintings).toMatchObject({ ...fresh, siteCount: 2, asOf: second.asOf });
  });

  test('has no age as a whole while a site was never synced, and names that site', async () => {
    await syncedSite();
    const never = await gateway.addSite('http://127.0.0.1:1');
    const down = await gateway.addDemoSite({ faults: { '*': { kind: 'down-socket' } } });
    await gateway.sync(down.siteId);
    const unasked = { site: { id: `Site:${never}` }, asOf: null, reasons: [], errorCode: null };
    expect((await freshness()).paintings).toMatchObject({
      asOf: null,
      siteCount: 3,
      staleCount: 0,
      neverSyncedCount: 2,
      neverSyncedSites: [
        unasked,
        {
          ...unasked,
          site: { id: `Site:${down.siteId}` },
          reasons: ['SYNC_FAILED'],
          errorCode: 'UNREACHABLE',
        },
      ],
    });
  });

  test('of no site has no age', async () => {
    expect((await freshness()).paintings).toMatchObject({ ...fresh, asOf: null, siteCount: 0 });
  });
});

describe('a site is stale', () => {
  test('when it cannot be reached any more: what was proven stays proven', async () => {
    const site = await syncedSite();
    site.site.faults.set('*', { kind: 'down-socket' });
    await gateway.sync(site.siteId);
    expect((await freshness()).paintings).toMatchObject({
      ...stale(site, ['SYNC_FAILED'], 'UNREACHABLE'),
      asOf: site.asOf,
    });
    site.site.faults.clear();
    await gateway.sync(site.siteId);
    const { paintings } = await freshness();
    expect(paintings).toMatchObject({ ...fresh, asOf: await beginOf(site.siteId, 'PAINTINGS') });
  });

  test('when it refuses its key, for all it would be asked for with it', async () => {
    const site = await syncedSite();
    site.site.faults.set('*', { kind: 'key-refused' });
    await gateway.sync(site.siteId, ['USERS']);
    const { paintings, orders } = await freshness();
    expect(paintings).toMatchObject(stale(site, ['KEY_REFUSED'], 'KEY_REFUSED'));
    expect(orders).toMatchObject({ staleCount: 1, staleSites: [{ reasons: ['KEY_REFUSED'] }] });
  });

  test('for the entity that failed, and for no other', async () => {
    const site = await syncedSite();
    const asOf = await beginOf(site.siteId, 'ORDERS');
    site.site.faults.set('orders', { kind: 'server-error' });
    await gateway.sync(site.siteId);
    const { paintings, orders } = await freshness();
    expect(orders).toMatchObject(stale({ ...site, asOf }, ['SYNC_FAILED'], 'SERVER_ERROR'));
    expect(paintings).toMatchObject({ ...fresh, asOf: await beginOf(site.siteId, 'PAINTINGS') });
  });

  test('when its records are no longer what the contract says', async () => {
    const site = await syncedSite();
    site.site.faults.set('paintings', { kind: 'drift', drops: ['name'] });
    await gateway.sync(site.siteId);
    expect((await freshness()).paintings).toMatchObject(stale(site, ['SYNC_FAILED'], 'CONTRACT_MISMATCH'));
  });

  test('when it was read, and could not be proven complete', async () => {
    const site = await syncedSite();
    site.site.faults.set('paintings', { kind: 'bad-rows', rows: ['missing-id'] });
    expect(await gateway.sync(site.siteId)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await freshness()).paintings).toMatchObject(stale(site, ['UNPROVEN']));
  });

  test('when the last proof is older than the limit', async () => {
    const site = await syncedSite();
    const asOf = new Date(Date.now() - 61 * 60_000).toISOString();
    await gateway.database.prisma.siteFreshness.updateMany({
      where: { entity: 'PAINTINGS' },
      data: { asOf },
    });
    const { paintings, orders } = await freshness();
    expect(paintings).toMatchObject({ ...stale({ ...site, asOf }, ['TOO_OLD']), asOf });
    expect(orders).toMatchObject(fresh);
  });

  test('while deletions wait for a person', async () => {
    const site = await syncedSite();
    for (let id = 1; id <= 12; id++) site.site.rows.delete('paintings', id);
    await gateway.sync(site.siteId);
    const asOf = await beginOf(site.siteId, 'PAINTINGS');
    expect((await freshness()).paintings).toMatchObject(stale({ ...site, asOf }, ['DELETIONS_HELD']));
    const { id } = await gateway.database.prisma.deletionHold.findFirstOrThrow();
    await confirmDeletions(gateway.database, id);
    expect((await freshness()).paintings).toMatchObject({ ...fresh, asOf });
  });

  test('when it does not have any more what is here', async () => {
    const site = await syncedSite();
    site.site.faults.set('paintings', { kind: 'not-found' });
    await gateway.sync(site.siteId);
    expect((await freshness()).paintings).toMatchObject(stale(site, ['UNSUPPORTED'], 'NOT_FOUND'));
  });

  test('when its key does not open any more', async () => {
    const site = await syncedSite();
    await gateway.database.prisma.site.update({ where: { id: site.siteId }, data: { sealedKey: 'broken' } });
    await gateway.sync(site.siteId);
    expect((await freshness()).paintings).toMatchObject(stale(site, ['SYNC_FAILED'], 'UNSEAL_FAILED'));
  });

  test('for several reasons at once', async () => {
    const site = await syncedSite();
    site.site.faults.set('*', { kind: 'key-refused' });
    await gateway.sync(site.siteId);
    const asOf = '2026-01-01T00:00:00.000Z';
    await gateway.database.prisma.siteFreshness.updateMany({ data: { asOf } });
    expect((await freshness()).paintings).toMatchObject(
      stale({ ...site, asOf }, ['TOO_OLD', 'KEY_REFUSED'], 'KEY_REFUSED'),
    );
  });
});

describe('a site is not stale', () => {
  test('for lack of what it never had', async () => {
    const { siteId } = await gateway.addDemoSite({ faults: { paintings: { kind: 'not-found' } } });
    await gateway.sync(siteId);
    const { paintings, orders } = await freshness();
    expect(paintings).toMatchObject({ ...fresh, siteCount: 1 });
    expect(Date.parse(paintings.asOf ?? '')).toBeLessThan(Date.parse(orders.asOf ?? ''));
  });

  test('unless it has nothing at all of what sites have: that is another site', async () => {
    const { siteId } = await gateway.addDemoSite({ faults: { '*': { kind: 'not-found' } } });
    await gateway.sync(siteId);
    expect((await freshness()).paintings).toMatchObject({
      asOf: null,
      neverSyncedCount: 1,
      neverSyncedSites: [{ reasons: ['UNSUPPORTED'], errorCode: 'NOT_FOUND' }],
    });
  });

  test('because a dry run met a fault', async () => {
    const { siteId, site, asOf } = await syncedSite();
    site.faults.set('*', { kind: 'key-refused' });
    const { runId } = await gateway.services.requestSync({ siteId, entities: null, mode: 'DRY_RUN' });
    for await (const _state of gateway.follow(runId));
    expect((await freshness()).paintings).toMatchObject({ ...fresh, asOf });
  });

  test('because a sync was called off', async () => {
    const { siteId, site, asOf } = await syncedSite();
    site.faults.set('paintings', { kind: 'slow-headers', ms: 60_000 });
    const { runId } = await gateway.request(siteId);
    for await (const { entities } of gateway.follow(runId)) {
      if (entities.some((part) => part.entity === 'PAINTINGS' && part.status === 'RUNNING')) {
        await gateway.cancel(runId);
        break;
      }
    }
    expect((await freshness()).paintings).toMatchObject({ ...fresh, asOf });
  });

  test('and not spoken of, once it is removed', async () => {
    const { siteId } = await syncedSite();
    const { asOf } = await syncedSite();
    await gateway.remove(siteId);
    expect((await freshness()).paintings).toMatchObject({ ...fresh, siteCount: 1, asOf });
  });
});

const Scoped = graphql(`
  query Scoped($siteId: ID!) {
    runStatistics {
      freshness {
        siteCount
        neverSyncedCount
      }
    }
    paintings(where: { site: { equals: $siteId } }) {
      freshness {
        siteCount
        neverSyncedCount
      }
    }
    sites {
      nodes {
        paintings(first: 1) {
          freshness {
            siteCount
            asOf
          }
        }
        settings(first: 1) {
          freshness {
            neverSyncedCount
          }
        }
        orders(first: 1) {
          nodes {
            items {
              freshness {
                siteCount
                asOf
              }
            }
          }
        }
        runStatistics {
          freshness {
            neverSyncedCount
          }
        }
        stats {
          observedAt
          freshness {
            asOf
            staleCount
          }
        }
      }
    }
  }
`);

test('a list of some sites speaks of those only', async () => {
  const { siteId, id, asOf } = await syncedSite();
  await gateway.addSite('http://127.0.0.1:1');
  const { runStatistics, paintings, sites } = await api.read(Scoped, { siteId: id });
  expect(runStatistics.freshness).toEqual({ siteCount: 2, neverSyncedCount: 1 });
  expect(paintings.freshness).toEqual({ siteCount: 1, neverSyncedCount: 0 });
  const [synced, never] = sites.nodes;
  expect(synced).toMatchObject({
    paintings: { freshness: { siteCount: 1, asOf } },
    settings: { freshness: { neverSyncedCount: 0 } },
    runStatistics: { freshness: { neverSyncedCount: 0 } },
  });
  const ofItems = { siteCount: 1, asOf: await beginOf(siteId, 'ORDERS') };
  expect(synced?.orders.nodes[0]?.items.freshness).toEqual(ofItems);
  expect(synced?.stats?.freshness).toEqual({ asOf: synced?.stats?.observedAt, staleCount: 0 });
  expect(never).toMatchObject({
    paintings: { freshness: { siteCount: 1, asOf: null } },
    settings: { freshness: { neverSyncedCount: 1 } },
    runStatistics: { freshness: { neverSyncedCount: 1 } },
    stats: null,
  });
});

test.each([
  ['{ site: { in: ["Site:1", "Site:2"] } }', [1, 2]],
  ['{ site: { equals: "Site:1" }, status: { equals: SOLD } }', [1]],
  ['{ status: { equals: SOLD } }', [1, 2, 3]],
  ['{ not: { site: { equals: "Site:1" } } }', [2, 3]],
  ['{ not: { site: { equals: "Site:1" }, status: { equals: SOLD } } }', [1, 2, 3]],
  ['{ not: { not: { site: { equals: "Site:1" }, status: { equals: SOLD } } } }', [1]],
  ['{ or: [{ site: { equals: "Site:1" } }, { site: { equals: "Site:3" }, year: { gt: 2000 } }] }', [1, 3]],
  ['{ or: [{ site: { equals: "Site:1" } }, { year: { gt: 2000 } }] }', [1, 2, 3]],
  ['{ and: [{ site: { in: ["Site:1", "Site:2"] } }, { not: { site: { in: ["Site:1"] } } }] }', [2]],
  ['{ or: [] }', []],
  ['{ site: null }', [1, 2, 3]],
])('a list of paintings where %s speaks of the sites that can have some', async (where, expected) => {
  const rows = rowsOf(gateway.database);
  for (const id of [1, 2, 3]) await rows.site({ id });
  const answer = await api.send(
    `{ paintings(where: ${where}) { freshness { neverSyncedSites { site { id } } } } }`,
  );
  const neverSyncedSites = expected.map((id) => ({ site: { id: `Site:${id}` } }));
  expect(answer).toMatchObject({ data: { paintings: { freshness: { neverSyncedSites } } } });
});

const Newest = graphql(`
  query Newest {
    paintings(last: 1) {
      nodes {
        name
      }
      totalCount
      freshness {
        asOf
      }
    }
  }
`);

test('a sync that ends while a list is read brings rows that are not spoken of, never the other way round', async () => {
  const { siteId, site, asOf } = await syncedSite();
  const { pool } = gateway.database;
  const read = pool.query.bind(pool);
  let synced = false;
  const spy = vi.spyOn(pool, 'query').mockImplementation(async (...args: unknown[]) => {
    const answer: unknown = await Reflect.apply(read, pool, args);
    if (!synced && JSON.stringify(args[0]).includes('site_freshness')) {
      synced = true;
      site.rows.insert('paintings', { name: 'Come in between' });
      await gateway.sync(siteId);
    }
    return answer;
  });
  try {
    expect(await api.read(Newest)).toEqual({
      paintings: { nodes: [{ name: 'Come in between' }], totalCount: 25, freshness: { asOf } },
    });
  } finally {
    spy.mockRestore();
  }
});

const OfSites = graphql(`
  query FreshnessOfSites($asked: Boolean!) {
    sites(first: 100) {
      nodes {
        paintings(first: 1) {
          totalCount
          ... @include(if: $asked) {
            freshness {
              staleCount
              neverSyncedSites {
                site {
                  name
                }
              }
            }
          }
        }
        sold: paintings(first: 1, where: { status: { equals: SOLD } }) {
          totalCount
          freshness @include(if: $asked) {
            asOf
          }
        }
        orders(first: 1) {
          totalCount
          freshness @skip(if: true) {
            asOf
          }
        }
      }
    }
  }
`);

describe('freshness', () => {
  test('is kept until the next site becomes too old, no longer', async () => {
    const old = await syncedSite();
    const { asOf } = await syncedSite();
    const { database } = gateway;
    await database.prisma.siteFreshness.updateMany({
      where: { siteId: old.siteId },
      data: { asOf: '2026-01-01T00:00:00.000Z' },
    });
    const toKeep: AnswerToKeep = {};
    const body = JSON.stringify({ query: '{ paintings { freshness { staleCount } } }' });
    const headers = { 'Content-Type': 'application/json' };
    await api.yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body }, { toKeep });
    expect(toKeep.text).toContain('"staleCount":1');
    expect(toKeep.validUntil).toBe(Date.parse(asOf) + 60 * 60_000);
  });

  test('of a hundred sites takes as many statements as that of one, and none where nobody asks', async () => {
    const { database } = gateway;
    const rows = rowsOf(database);
    await rows.site();
    const unasked = await statementsOf(database, () => api.read(OfSites, { asked: false }));
    const one = await statementsOf(database, () => api.read(OfSites, { asked: true }));
    for (let count = 1; count < 100; count++) await rows.site();
    const hundred = await statementsOf(database, () => api.read(OfSites, { asked: true }));

    const ofFreshness = (statements: string[]) =>
      statements.filter((text) => text.includes('site_freshness')).length;
    expect(ofFreshness(unasked.statements)).toBe(0);
    expect(ofFreshness(one.statements)).toBe(1); // both lists are of paintings
    expect(one.statements).toHaveLength(unasked.statements.length + 2); // and the sites that it names
    expect(hundred.statements).toHaveLength(one.statements.length);
    expect(hundred.result.sites.nodes[99]?.paintings.freshness?.neverSyncedSites).toEqual([
      { site: { name: 'Gallery 100' } },
    ]);
  });

  test('names as many sites as it is asked to, by their ids, and counts all', async () => {
    const rows = rowsOf(gateway.database);
    const ids: number[] = [];
    for (let count = 0; count < 12; count++) ids.push(await rows.site());
    const named = (first: string) =>
      api.send(`{ paintings { freshness { neverSyncedCount neverSyncedSites${first} { site { id } } } } }`);
    const sites = (count: number) => ids.slice(0, count).map((id) => ({ site: { id: `Site:${id}` } }));
    const answer = (count: number) => ({
      data: { paintings: { freshness: { neverSyncedCount: 12, neverSyncedSites: sites(count) } } },
    });
    expect(await named('')).toMatchObject(answer(10));
    expect(await named('(first: 3)')).toMatchObject(answer(3));
    expect(await named('(first: 100)')).toMatchObject(answer(12));
    const costOf = async (first: string) => (await named(first)).extensions?.cost.requested;
    // paintings + freshness + count + sites + n × (site + id)
    expect(await costOf('')).toBe(4 + 10 * 2);
    expect(await costOf('(first: 3)')).toBe(4 + 3 * 2);
    expect(await named('(first: 101)')).toMatchObject({
      errors: [
        {
          message: 'Expected `first` to be between 1 and 100, got 101.',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    });
  });
});
