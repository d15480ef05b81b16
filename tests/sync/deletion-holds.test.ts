import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createApi, type Api } from '../graphql/support/api.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf } from './support/run-record.ts';

let gateway: TestGateway;
let api: Api;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
  api = createApi(gateway.services);
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** A synced site of 20 paintings of which so many have gone since. */
async function siteThatLost(count: number) {
  const { siteId, site } = await gateway.addDemoSite({ counts: { paintings: 20 } });
  await gateway.sync(siteId);
  for (let id = 1; id <= count; id++) site.rows.delete('paintings', id);
  return { siteId, site };
}

const live = (siteId: number) =>
  gateway.database.prisma.painting.count({ where: { siteId, deletedAt: null } });

const holdsOf = (siteId: number) =>
  gateway.database.prisma.deletionHold.findMany({ where: { siteId }, orderBy: { id: 'asc' } });

const Holds = graphql(`
  query Holds {
    deletionHolds {
      totalCount
      nodes {
        id
        entity
        status
        held
        live
        site {
          id
        }
        rows(first: 2) {
          totalCount
          nodes {
            key
            record {
              __typename
              sourceId
              deletedAt
              ... on Painting {
                name
              }
            }
          }
        }
      }
    }
  }
`);

const Confirm = graphql(`
  mutation Confirm($input: ConfirmDeletionsInput!) {
    confirmDeletions(input: $input) {
      ... on ConfirmDeletionsPayload {
        hold {
          status
          deleted
          decidedAt
        }
      }
      ... on Error {
        code
      }
    }
  }
`);

const Discard = graphql(`
  mutation Discard($input: DiscardDeletionsInput!) {
    discardDeletions(input: $input) {
      ... on DiscardDeletionsPayload {
        hold {
          status
          deleted
        }
      }
      ... on Error {
        code
      }
    }
  }
`);

const UpdateSite = graphql(`
  mutation UpdateSite($input: UpdateSiteInput!) {
    updateSite(input: $input) {
      ... on UpdateSitePayload {
        site {
          deletionHoldPercent
        }
      }
      ... on Error {
        code
        message
      }
    }
  }
`);

describe('deletions', () => {
  it('of a fifth are made, of more are held', async () => {
    const fifth = await siteThatLost(4);
    const more = await siteThatLost(5);

    const made = await gateway.sync(fifth.siteId, ['PAINTINGS']);
    const held = await gateway.sync(more.siteId, ['PAINTINGS']);

    expect(made.entities[0]).toMatchObject({ tombstoned: 4, held: 0 });
    expect(held.entities[0]).toMatchObject({ status: 'SUCCEEDED', tombstoned: 0, held: 5 });
    expect([await live(fifth.siteId), await live(more.siteId)]).toEqual([16, 20]);
    expect(await logOf(gateway.database, held.runId)).toContainEqual({
      level: 'WARNING',
      entity: 'PAINTINGS',
      message:
        '5 of 20 rows are gone from the site, too many to delete unasked: confirm or discard the deletion hold.',
    });
  });

  it('of everything are held, whatever the limit', async () => {
    const { siteId, site } = await gateway.addDemoSite({ counts: { paintings: 1 } });
    await gateway.services.updateSite(siteId, { deletionHoldPercent: 100 });
    await gateway.sync(siteId);
    site.rows.setRaw('paintings', []);

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ tombstoned: 0, held: 1 });
    expect(await live(siteId)).toBe(1);
  });

  it('go by the limit of the site', async () => {
    const { siteId } = await siteThatLost(10);
    const input = { siteId: `Site:${siteId}`, deletionHoldPercent: 50 };
    expect(await api.read(UpdateSite, { input })).toEqual({
      updateSite: { site: { deletionHoldPercent: 50 } },
    });

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ tombstoned: 10, held: 0 });
    for (const [changes, code] of [
      [{ deletionHoldPercent: 101 }, 'INVALID_PERCENT'],
      [{ deletionHoldPercent: -1 }, 'INVALID_PERCENT'],
      [{ siteId: 'Site:999999' }, 'SITE_NOT_FOUND'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await api.read(UpdateSite, { input: { ...input, ...changes } })).toMatchObject({
        updateSite: { code },
      });
    }
  });
});

describe('a deletion hold', () => {
  it('is listed with its rows, and confirmed: they go', async () => {
    const { siteId } = await siteThatLost(8);
    await gateway.sync(siteId);

    const { deletionHolds } = await api.read(Holds);
    const hold = deletionHolds.nodes.find((one) => one.site.id === `Site:${siteId}`);

    expect(hold).toMatchObject({
      entity: 'PAINTINGS',
      status: 'OPEN',
      held: 8,
      live: 20,
      rows: {
        totalCount: 8,
        nodes: [
          {
            key: '1',
            record: { __typename: 'Painting', sourceId: 1, deletedAt: null, name: expect.any(String) },
          },
          { key: '2', record: { sourceId: 2 } },
        ],
      },
    });
    const input = { holdId: hold?.id ?? '' };
    expect(await api.read(Confirm, { input })).toEqual({
      confirmDeletions: { hold: { status: 'CONFIRMED', deleted: 8, decidedAt: expect.any(String) } },
    });
    expect(await live(siteId)).toBe(12);
    expect(await api.read(Confirm, { input })).toEqual({ confirmDeletions: { code: 'HOLD_DECIDED' } });
    expect(await api.read(Discard, { input })).toEqual({ discardDeletions: { code: 'HOLD_DECIDED' } });
  });

  it('is discarded: the rows live on, and the next sync asks again', async () => {
    const { siteId } = await siteThatLost(8);
    await gateway.sync(siteId);
    const [hold] = await holdsOf(siteId);
    const input = { holdId: `DeletionHold:${hold?.id ?? 0}` };

    expect(await api.read(Discard, { input })).toEqual({
      discardDeletions: { hold: { status: 'DISCARDED', deleted: 0 } },
    });

    expect(await live(siteId)).toBe(20);
    await gateway.sync(siteId);
    expect((await holdsOf(siteId)).map(({ status }) => status)).toEqual(['DISCARDED', 'OPEN']);
  });

  it('stays as it is while syncs find the same, and gives way when they do not', async () => {
    const { siteId, site } = await siteThatLost(8);
    await gateway.sync(siteId);
    const first = await holdsOf(siteId);
    await gateway.sync(siteId);
    expect(await holdsOf(siteId)).toEqual(first);

    site.rows.delete('paintings', 9);
    await gateway.sync(siteId);
    expect((await holdsOf(siteId)).map(({ status, held }) => [status, held])).toEqual([
      ['SUPERSEDED', 8],
      ['OPEN', 9],
    ]);
    const { prisma } = gateway.database;
    const kept = await prisma.deletionHoldRow.count({ where: { holdId: first[0]?.id ?? 0 } });
    expect(kept).toBe(0); // else each sync could add as many rows

    for (let id = 1; id <= 9; id++) site.rows.revive('paintings', id);
    const run = await gateway.sync(siteId, ['PAINTINGS']);
    expect(run.entities[0]).toMatchObject({ unchanged: 20, tombstoned: 0, held: 0 });
    expect((await holdsOf(siteId)).map(({ status }) => status)).toEqual(['SUPERSEDED', 'SUPERSEDED']);
    const input = { holdId: `DeletionHold:${first[0]?.id ?? 0}` };
    expect(await api.read(Confirm, { input })).toEqual({ confirmDeletions: { code: 'HOLD_DECIDED' } });
  });

  it('is not decided on while a sync may find the rows again', async () => {
    await using idle = await createTestGateway({ concurrency: 0 });
    const siteId = await idle.addSite('https://gallery.example');
    const hold = await idle.database.prisma.deletionHold.create({
      data: {
        siteId,
        entity: 'PAINTINGS',
        runId: crypto.randomUUID(),
        held: 0,
        live: 9,
        missedAt: new Date(),
      },
    });
    await idle.request(siteId);

    await expect(idle.services.confirmDeletions(hold.id)).rejects.toMatchObject({ code: 'SYNC_UNDER_WAY' });
    await expect(idle.services.discardDeletions(hold.id)).rejects.toMatchObject({ code: 'SYNC_UNDER_WAY' });
    await expect(idle.services.confirmDeletions(999_999)).rejects.toMatchObject({ code: 'HOLD_NOT_FOUND' });
  });

  it('does not delete rows that were seen again since', async () => {
    const { siteId } = await siteThatLost(8);
    await gateway.sync(siteId);
    const [hold] = await holdsOf(siteId);
    await gateway.database.prisma.painting.update({
      where: { siteId_sourceId: { siteId, sourceId: 3 } },
      data: { observedAt: new Date() },
    });

    expect(await gateway.services.confirmDeletions(hold?.id ?? 0)).toBe(7);
    expect(await live(siteId)).toBe(13);
  });

  it('is over once its rows are met again, by a sync that proves nothing too', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const rows = Array.from({ length: 20 }, (_, index) => ({ id: index + 1, name: 'n', price: 5 }));
    site.rows.setRaw('paintings', rows);
    await gateway.sync(siteId, ['PAINTINGS']);
    site.rows.setRaw('paintings', rows.slice(8));
    await gateway.sync(siteId, ['PAINTINGS']);
    const [hold] = await holdsOf(siteId);
    site.rows.setRaw('paintings', [...rows, { id: 'none', name: 'n', price: 5 }]);

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ unchanged: 20 });
    await expect(gateway.services.confirmDeletions(hold?.id ?? 0)).rejects.toMatchObject({
      code: 'HOLD_DECIDED',
    });
    expect(await live(siteId)).toBe(20);
  });

  it('goes with its site', async () => {
    const { siteId } = await siteThatLost(8);
    await gateway.sync(siteId);

    await gateway.remove(siteId);

    expect(await holdsOf(siteId)).toEqual([]);
  });
});
