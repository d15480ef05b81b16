import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createApi } from './support/api.ts';

const gateway = await createTestGateway();
afterAll(() => gateway[Symbol.asyncDispose]());
const api = createApi(gateway.services);

const AddSite = graphql(`
  mutation AddSite($input: AddSiteInput!) {
    addSite(input: $input) {
      __typename
      ... on AddSitePayload {
        site {
          id
          name
          url
          status
          syncedAt
        }
      }
      ... on Error {
        code
        message
      }
    }
  }
`);

test('addSite adds a site, which is new until its first sync', async () => {
  const input = { name: 'Galerie Martin', url: 'https://martin.example/', key: 'a-key' };
  expect(await api.read(AddSite, { input })).toEqual({
    addSite: {
      __typename: 'AddSitePayload',
      site: {
        id: expect.stringMatching(/^Site:\d+$/),
        name: 'Galerie Martin',
        url: 'https://martin.example',
        status: 'NEW',
        syncedAt: null,
      },
    },
  });
});

test.each([
  [{ name: 'Again', url: 'https://martin.example', key: 'a-key' }, 'SiteExistsError', 'SITE_EXISTS'],
  [{ name: 'No address', url: 'martin', key: 'a-key' }, 'InvalidUrlError', 'INVALID_URL'],
  [{ name: '', url: 'https://other.example', key: 'a-key' }, 'InvalidSiteError', 'INVALID_SITE'],
])('addSite of $name answers with the typed failure %s', async (input, typename, code) => {
  const { addSite: result } = await api.read(AddSite, { input });
  expect(result).toEqual({ __typename: typename, code, message: expect.stringMatching(/.{20}/) });
});

const SyncSite = graphql(`
  mutation SyncSite($input: SyncSiteInput!) {
    syncSite(input: $input) {
      __typename
      ... on SyncSitePayload {
        joined
        run {
          id
          status
          endedAt
          entities
          entityRuns {
            entity
            status
            received
            percent
          }
          site {
            status
            generation
            paintings {
              totalCount
            }
          }
        }
      }
      ... on Error {
        code
        message
      }
    }
  }
`);

test('syncSite that waits answers with the run when it has ended, and what it brought', async () => {
  const { siteId } = await gateway.addDemoSite();
  const { syncSite } = await api.read(SyncSite, { input: { siteId: `Site:${siteId}`, wait: true } });
  if (syncSite.__typename !== 'SyncSitePayload') throw new Error(syncSite.code);
  expect(syncSite).toMatchObject({
    joined: false,
    run: { status: 'SUCCEEDED', site: { status: 'HEALTHY' } },
  });
  expect(syncSite.run.endedAt).not.toBeNull();
  expect(syncSite.run.entityRuns.map(({ entity }) => entity)).toEqual(syncSite.run.entities);
  expect(syncSite.run.entityRuns.every(({ percent }) => percent === 100)).toBe(true);
  expect(syncSite.run.site.paintings.totalCount).toBeGreaterThan(0);
});

const SyncEntity = graphql(`
  mutation SyncEntity($input: SyncEntityInput!) {
    syncEntity(input: $input) {
      __typename
      ... on SyncEntityPayload {
        joined
        run {
          id
          status
          entities
        }
      }
      ... on Error {
        code
      }
    }
  }
`);

test('syncEntity brings the one thing that is asked for', async () => {
  const { siteId } = await gateway.addDemoSite();
  const input = { siteId: `Site:${siteId}`, entity: 'ORDERS' as const, wait: true };
  expect(await api.read(SyncEntity, { input })).toMatchObject({
    syncEntity: { joined: false, run: { status: 'SUCCEEDED', entities: ['ORDERS'] } },
  });
});

test('a sync of no site is a typed failure, a malformed id an error', async () => {
  expect(await api.read(SyncSite, { input: { siteId: 'Site:999' } })).toMatchObject({
    syncSite: { __typename: 'SiteNotFoundError', code: 'SITE_NOT_FOUND' },
  });
  const { errors } = await api.ask(SyncSite, { input: { siteId: 'Painting:1:1' } });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('a second sync joins the run under way, and both are answered at once', async () => {
  await using idle = await createTestGateway({ concurrency: 0 });
  const queued = createApi(idle.services);
  const siteId = await idle.addSite('https://gallery.example');
  const input = { siteId: `Site:${siteId}` };
  const first = await queued.read(SyncSite, { input });
  const second = await queued.read(SyncSite, { input });
  expect(first.syncSite).toMatchObject({ joined: false, run: { status: 'QUEUED' } });
  expect(second.syncSite).toMatchObject({ joined: true });
  if (first.syncSite.__typename !== 'SyncSitePayload') throw new Error('no run');
  expect(second.syncSite).toHaveProperty('run.id', first.syncSite.run.id);
});

const CancelSync = graphql(`
  mutation CancelSync($input: CancelSyncInput!) {
    cancelSync(input: $input) {
      __typename
      ... on CancelSyncPayload {
        run {
          status
          errorCode
          cancelRequestedAt
          endedAt
        }
      }
      ... on Error {
        code
      }
    }
  }
`);

test('cancelSync calls a run off and answers with its end; one that ended otherwise is a typed failure', async () => {
  const { siteId, site } = await gateway.addDemoSite();
  site.faults.set('paintings', { kind: 'slow-headers', ms: 60_000 });
  const { runId } = await gateway.request(siteId);
  const input = { runId: `SyncRun:${runId}` };
  expect(await api.read(CancelSync, { input })).toMatchObject({
    cancelSync: {
      run: { status: 'CANCELLED', errorCode: 'CANCELLED', endedAt: expect.any(String) },
    },
  });

  const ended = await gateway.sync(siteId, ['STATS']);
  expect(await api.read(CancelSync, { input: { runId: `SyncRun:${ended.runId}` } })).toEqual({
    cancelSync: { __typename: 'RunEndedError', code: 'RUN_ENDED' },
  });
  const nobody = { runId: 'SyncRun:00000000-0000-7000-8000-000000000000' };
  expect(await api.read(CancelSync, { input: nobody })).toEqual({
    cancelSync: { __typename: 'RunNotFoundError', code: 'RUN_NOT_FOUND' },
  });
});

const RemoveSite = graphql(`
  mutation RemoveSite($input: RemoveSiteInput!) {
    removeSite(input: $input) {
      __typename
      ... on RemoveSitePayload {
        siteId
        name
        url
      }
      ... on Error {
        code
      }
    }
  }
`);

test('removeSite answers with what was removed; a site that is not there is a typed failure', async () => {
  const siteId = await gateway.addSite('https://removed.example');
  const input = { siteId: `Site:${siteId}` };
  expect(await api.read(RemoveSite, { input })).toEqual({
    removeSite: {
      __typename: 'RemoveSitePayload',
      siteId: `Site:${siteId}`,
      name: 'A gallery',
      url: 'https://removed.example',
    },
  });
  expect(await api.read(RemoveSite, { input })).toEqual({
    removeSite: { __typename: 'SiteNotFoundError', code: 'SITE_NOT_FOUND' },
  });
});
