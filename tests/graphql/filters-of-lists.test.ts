import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import type {
  ExhibitionFilter,
  OrderFilter,
  SyncIssueFilter,
  SyncRunFilter,
  UserFilter,
} from '../gql/graphql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));
const { prisma } = database;

const FilteredOrders = graphql(`
  query FilteredOrders($where: OrderFilter, $search: String) {
    orders(where: $where, search: $search) {
      nodes {
        id
      }
    }
  }
`);

test('orders are found by customer, account, painting, period, total and status', async () => {
  const siteId = await rows.site();
  await rows.orders(siteId, 4, {
    customerName: 'Anaïs Lefèvre',
    userSourceId: 7n,
    email: 'anais.lefevre@example.com',
  });
  await prisma.order.update({
    where: { siteId_sourceId: { siteId, sourceId: 2n } },
    data: {
      status: 'SHIPPED',
      totalPrice: '1234.5',
      customerName: 'Zoé',
      email: 'zoe@exemple.fr',
      userSourceId: null,
    },
  });
  await rows.items(siteId, 3, [42, 42]);
  const asked = async (where: OrderFilter, search?: string) => {
    const { orders } = await api.read(FilteredOrders, {
      where: { and: [where, { site: { equals: `Site:${siteId}` } }] },
      ...(search === undefined ? {} : { search }),
    });
    return orders.nodes.map(({ id }) => Number(id.split(':')[2]));
  };
  expect(await asked({ status: { equals: 'SHIPPED' } })).toEqual([2]);
  expect(await asked({ totalPrice: { gt: '1234.49', lte: '1234.5' } })).toEqual([2]);
  expect(await asked({ email: { equals: 'zoe@exemple.fr' } })).toEqual([2]);
  expect(await asked({}, 'lefevre anaïs')).toEqual([4, 3, 1]);
  expect(await asked({}, 'zoe@exem')).toEqual([2]);
  expect(await asked({ user: { equals: `User:${siteId}:7` } })).toEqual([4, 3, 1]);
  expect(await asked({ painting: { in: [`Painting:${siteId}:42`] } })).toEqual([3]);
  expect(await asked({ not: { painting: { equals: `Painting:${siteId}:42` } } })).toEqual([4, 2, 1]);
  expect(await asked({ orderedAt: { gte: '2026-01-01T00:02:00Z', lt: '2026-01-01T00:04:00Z' } })).toEqual([
    3, 2,
  ]);
});

const FilteredUsers = graphql(`
  query FilteredUsers($where: UserFilter) {
    users(where: $where) {
      nodes {
        id
      }
    }
  }
`);

test('users are found by role, site and e-mail', async () => {
  const siteId = await rows.site();
  const other = await rows.site();
  await rows.users(siteId, 2, { role: 'ADMIN', email: 'zoe@exemple.fr' });
  await rows.users(other, 1, { email: `${'x'.repeat(120)}@exemple.fr` });
  const asked = async (where: UserFilter) =>
    (await api.read(FilteredUsers, { where })).users.nodes.map(({ id }) => id);
  const both = [`User:${siteId}:1`, `User:${siteId}:2`];
  expect(await asked({ role: { equals: 'ADMIN' } })).toEqual(both);
  expect(await asked({ role: { isNull: true } })).toEqual([`User:${other}:1`]);
  expect(await asked({ email: { equals: 'zoe@exemple.fr' } })).toEqual(both);
  expect(await asked({ email: { equals: `${'x'.repeat(120)}@exemple.fr` } })).toEqual([`User:${other}:1`]);
  expect(await asked({ email: { equals: `${'x'.repeat(120)}@exemple.com` } })).toEqual([]);
  expect(await asked({ site: { in: [`Site:${siteId}`, `Site:${other}`] } })).toHaveLength(3);
});

const FilteredExhibitions = graphql(`
  query FilteredExhibitions($where: ExhibitionFilter) {
    exhibitions(where: $where) {
      nodes {
        id
      }
    }
  }
`);

test('exhibitions are found by period and place', async () => {
  const siteId = await rows.site();
  await rows.exhibitions(siteId, 3);
  await prisma.exhibition.update({
    where: { siteId_sourceId: { siteId, sourceId: 2n } },
    data: { date: new Date('2026-12-31'), location: 'Hôtel de Ville, Étretat' },
  });
  const asked = async (where: ExhibitionFilter) =>
    (await api.read(FilteredExhibitions, { where })).exhibitions.nodes.map(({ id }) => id.split(':')[2]);
  expect(await asked({ date: { gt: '2026-12-24' } })).toEqual(['2']);
  expect(await asked({ date: { in: ['2026-12-24'] } })).toEqual(['1', '3']);
  expect(await asked({ location: { contains: 'ville, etre' } })).toEqual(['2']);
  expect(await asked({ not: { location: { contains: 'ville, etre' } } })).toEqual(['1', '3']);
});

const FilteredRuns = graphql(`
  query FilteredRuns($where: SyncRunFilter) {
    syncRuns(where: $where) {
      totalCount
      nodes {
        id
      }
    }
    sites {
      nodes {
        syncRuns(where: $where) {
          nodes {
            id
          }
        }
      }
    }
  }
`);

test('runs are found by site, status, entity and code, across sites and in each', async () => {
  await prisma.site.deleteMany();
  const [one, other] = [await rows.site(), await rows.site()];
  const whole = await rows.run(one);
  const failed = await rows.run(one, { status: 'FAILED', errorCode: 'SITE_RESTING', entities: ['USERS'] });
  const elsewhere = await rows.run(other, { status: 'FAILED', errorCode: 'KEY_REFUSED' });
  const asked = async (where: SyncRunFilter) => {
    const { syncRuns, sites } = await api.read(FilteredRuns, { where });
    const ids = syncRuns.nodes.map(({ id }) => id.slice('SyncRun:'.length));
    expect(syncRuns.totalCount).toBe(ids.length);
    expect(
      sites.nodes
        .flatMap((site) => site.syncRuns.nodes)
        .map(({ id }) => id.slice('SyncRun:'.length))
        .toSorted(),
    ).toEqual(ids.toSorted());
    return ids;
  };
  expect(await asked({})).toEqual([elsewhere, failed, whole]);
  expect(await asked({ site: { equals: `Site:${one}` } })).toEqual([failed, whole]);
  expect(await asked({ status: { equals: 'FAILED' } })).toEqual([elsewhere, failed]);
  expect(await asked({ entity: { equals: 'USERS' } })).toEqual([failed]);
  expect(await asked({ entity: { in: ['PAINTINGS', 'USERS'] } })).toEqual([elsewhere, failed, whole]);
  expect(await asked({ not: { entity: { equals: 'USERS' } } })).toEqual([elsewhere, whole]);
  expect(await asked({ errorCode: { in: ['KEY_REFUSED', 'NONE'] } })).toEqual([elsewhere]);
});

const FilteredIssues = graphql(`
  query FilteredIssues($where: SyncIssueFilter, $includeResolved: Boolean! = false) {
    issues(where: $where, includeResolved: $includeResolved) {
      nodes {
        record
      }
    }
    sites {
      nodes {
        issues(where: $where, includeResolved: $includeResolved) {
          nodes {
            record
          }
        }
      }
    }
  }
`);

test('issues are found by site, entity, code, severity and whether they are over', async () => {
  await prisma.site.deleteMany();
  const [one, other] = [await rows.site(), await rows.site()];
  const run = await rows.run(one);
  await rows.issue(one, run, { record: 'a', code: 'TOO_LONG', severity: 'ERROR' });
  await rows.issue(one, run, { record: 'b', code: 'ZERO_PRICE', severity: 'WARNING', entity: 'ORDERS' });
  await rows.issue(other, run, { record: 'c', code: 'ZERO_PRICE', severity: 'WARNING' });
  await rows.issue(other, run, {
    record: 'over',
    code: 'ZERO_PRICE',
    severity: 'ERROR',
    resolvedAt: new Date(),
  });
  const asked = async (where: SyncIssueFilter, includeResolved = false) => {
    const { issues, sites } = await api.read(FilteredIssues, { where, includeResolved });
    const records = issues.nodes.map(({ record }) => record);
    expect(sites.nodes.flatMap((site) => site.issues.nodes).map(({ record }) => record)).toEqual(records);
    return records;
  };
  expect(await asked({})).toEqual(['a', 'b', 'c']);
  expect(await asked({ site: { equals: `Site:${other}` } }, true)).toEqual(['c', 'over']);
  expect(await asked({ entity: { equals: 'ORDERS' } })).toEqual(['b']);
  expect(await asked({ code: { equals: 'ZERO_PRICE' } })).toEqual(['b', 'c']);
  expect(await asked({ code: { in: ['ZERO_PRICE'] }, severity: { equals: 'ERROR' } }, true)).toEqual([
    'over',
  ]);
});

const OtherLists = graphql(`
  query OtherLists($requests: CustomRequestFilter, $settings: SiteSettingFilter) {
    customRequests(where: $requests) {
      nodes {
        id
      }
    }
    settings(where: $settings) {
      nodes {
        id
      }
    }
  }
`);

test('custom requests are found by site and status, settings by site and key', async () => {
  await prisma.site.deleteMany();
  const [one, other] = [await rows.site(), await rows.site()];
  await rows.customRequests(one, 2);
  await rows.customRequests(other, 1);
  await prisma.customRequest.updateMany({
    where: { siteId: one, sourceId: 2n },
    data: { status: 'UNKNOWN' },
  });
  for (const siteId of [one, other]) for (const key of ['logo', 'name']) await rows.setting(siteId, key);
  const site = { equals: `Site:${one}` };
  const { customRequests, settings } = await api.read(OtherLists, {
    requests: { site, status: { equals: 'PENDING' } },
    settings: { site, key: { equals: 'logo' } },
  });
  expect(customRequests.nodes).toEqual([{ id: `CustomRequest:${one}:1` }]);
  expect(settings.nodes).toEqual([{ id: `SiteSetting:${one}:logo` }]);
});
