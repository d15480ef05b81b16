import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Row } from '../../src/demo-site/rows/json.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { logOf } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function driftAt(siteId: number, resolved = false) {
  const rows = await gateway.database.prisma.siteDrift.findMany({
    where: { siteId },
    orderBy: { id: 'asc' },
  });
  return rows
    .filter(({ resolvedAt }) => (resolvedAt !== null) === resolved)
    .map(({ entity, kind, path, expected, found }) => `${entity} ${kind} ${path} ${expected} ${found}`);
}

/** What the database counts as written to the table, deletes included. */
async function writesOfDrift(): Promise<string> {
  const { rows } = await gateway.database.pool.query<{ text: string }>(
    `SELECT string_agg(concat_ws(' ', id, xmin, ctid), ', ' ORDER BY id) AS text FROM site_drift`,
  );
  return rows[0]?.text ?? '';
}

const logged = async (runId: string) =>
  (await logOf(gateway.database, runId)).filter(({ message }) => /contract/.test(message));

const sound = (id: number, odd: Row = {}): Row => ({
  id,
  name: 'n',
  price: 5,
  category: null,
  technique: 'Huile',
  year: '2024',
  quantity: 1,
  status: 'Disponible',
  image: 'Images/a.webp',
  display_order: 0,
  site_name: 'Galerie',
  ...odd,
});
const many = (count: number, odd: Row = {}): Row[] =>
  Array.from({ length: count }, (_, index) => sound(index + 1, odd));

describe.each(['v1', 'v2'] as const)('a %s site that keeps to the contract', (generation) => {
  it('shows no drift', async () => {
    const { siteId } = await gateway.addDemoSite({ generation });
    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await driftAt(siteId)).toEqual([]);
  });
});

describe('a site that departs from the contract', () => {
  it('is mirrored all the same, and each departure is recorded once', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    await gateway.sync(siteId);
    site.faults.set('paintings', {
      kind: 'drift',
      adds: ['couleur'],
      drops: ['technique'],
      retypes: ['year', 'category'],
    });
    site.faults.set('orders', { kind: 'drift', adds: ['items[].cadeau'], drops: ['items[].image'] });
    site.faults.set('stats', { kind: 'drift', adds: ['stats.visits'], drops: ['stats.carts_count'] });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    const expected = [
      'STATS VANISHED carts_count number null',
      'STATS UNKNOWN_FIELD visits null text',
      'PAINTINGS TYPE_CHANGED category text number',
      'PAINTINGS VANISHED technique text null',
      'PAINTINGS TYPE_CHANGED year text number',
      'PAINTINGS UNKNOWN_FIELD couleur null text',
      'ORDERS VANISHED items[].image text null',
      'ORDERS UNKNOWN_FIELD items[].cadeau null text',
    ];
    expect(await driftAt(siteId)).toEqual(expected);
    expect(await logged(run.runId)).toContainEqual({
      level: 'WARNING',
      entity: 'PAINTINGS',
      message:
        'Expected the fields that the contract knows, got category as number instead of text, no technique (text), ' +
        "year as number instead of text, couleur (text), which it does not know; look at the site's drift.",
    });
    const written = await writesOfDrift();

    const again = await gateway.sync(siteId);

    expect(await writesOfDrift()).toBe(written);
    expect(await logged(again.runId)).toEqual([]);
    const [stored] = await gateway.database.prisma.siteDrift.findMany({ where: { siteId } });
    expect(stored).toMatchObject({ firstRunId: run.runId, resolvedRunId: null });
  });

  it('is told from its settings too', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v1' });
    site.faults.set('settings', { kind: 'drift', adds: ['data[].scope'], drops: ['data[].id'] });

    expect(await gateway.sync(siteId, ['SETTINGS'])).toMatchObject({ status: 'SUCCEEDED' });

    expect(await driftAt(siteId)).toEqual([
      'SETTINGS VANISHED id number null',
      'SETTINGS UNKNOWN_FIELD scope null text',
    ]);
  });

  it('is asked as before when it comes back to it: the drift is over, once', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.faults.set('users', { kind: 'drift', adds: ['couleur'], drops: ['role'] });
    const first = await gateway.sync(siteId, ['USERS']);
    site.faults.clear();

    const second = await gateway.sync(siteId, ['USERS']);

    expect(await driftAt(siteId)).toEqual([]);
    const rows = await gateway.database.prisma.siteDrift.findMany({ where: { siteId } });
    expect(rows.map(({ firstRunId, resolvedRunId }) => [firstRunId, resolvedRunId])).toEqual([
      [first.runId, second.runId],
      [first.runId, second.runId],
    ]);
    expect(await logged(second.runId)).toEqual([
      { level: 'INFO', entity: 'USERS', message: 'The site is back to the contract: role, couleur.' },
    ]);
    const third = await gateway.sync(siteId, ['USERS']);
    expect(await logged(third.runId)).toEqual([]);

    site.faults.set('users', { kind: 'drift', adds: ['couleur'] });
    await gateway.sync(siteId, ['USERS']);
    expect(await driftAt(siteId)).toEqual(['USERS UNKNOWN_FIELD couleur null text']);
    expect(await driftAt(siteId, true)).toHaveLength(2);
  });

  it('tells nothing new by an empty list, nor by one that breaks off', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.rows.setRaw('paintings', many(25, { year: undefined, couleur: 'bleu' }));
    await gateway.sync(siteId, ['PAINTINGS']);
    const open = ['PAINTINGS VANISHED year text null', 'PAINTINGS UNKNOWN_FIELD couleur null text'];
    expect(await driftAt(siteId)).toEqual(open);

    site.rows.setRaw('paintings', []);
    await gateway.sync(siteId, ['PAINTINGS']);
    expect(await driftAt(siteId)).toEqual(open);

    site.rows.setRaw('paintings', many(25, { name: 'other' }));
    site.faults.set('paintings', { kind: 'server-error', after: 2 });
    expect(await gateway.sync(siteId, ['PAINTINGS'])).toMatchObject({ status: 'FAILED' });
    expect(await driftAt(siteId)).toEqual(open);
  });

  it('has another type put right in its record, not recorded again', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const lines: number[] = [];
    for (const couleur of ['bleu', 5, null]) {
      site.rows.setRaw('paintings', many(3, { couleur }));
      // oxlint-disable-next-line no-await-in-loop
      const { runId } = await gateway.sync(siteId, ['PAINTINGS']);
      // oxlint-disable-next-line no-await-in-loop
      lines.push((await logged(runId)).length);
    }

    expect(await driftAt(siteId)).toEqual(['PAINTINGS UNKNOWN_FIELD couleur null number']);
    expect(await driftAt(siteId, true)).toEqual([]);
    expect(lines).toEqual([1, 0, 0]);
  });

  it('keeps no value of what it added, and fifty names at most, the oldest of those that are over forgotten', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    for (let round = 0; round < 6; round++) {
      const made = Object.fromEntries(
        Array.from({ length: 500 }, (_, index) => [`made-${round}-${index}`, 'a secret value']),
      );
      site.rows.setRaw('paintings', many(2, made));
      // oxlint-disable-next-line no-await-in-loop
      expect(await gateway.sync(siteId, ['PAINTINGS'])).toMatchObject({ status: 'SUCCEEDED' });
    }

    expect(await driftAt(siteId)).toHaveLength(50);
    expect(await driftAt(siteId, true)).toHaveLength(200);
    const rows = await gateway.database.prisma.siteDrift.findMany({ where: { siteId } });
    expect(
      JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).not.toContain('a secret value');
  });
});

describe('a page with nine in ten records rejected', () => {
  it.each(['v1', 'v2'] as const)('ends the entity, and deletes nothing: %s', async (generation) => {
    const { siteId, site } = await gateway.addDemoSite({ generation });
    await gateway.sync(siteId);
    const before = await gateway.database.prisma.painting.findMany({ where: { siteId } });
    site.faults.set('paintings', { kind: 'drift', retypes: ['price'] });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'CONTRACT_MISMATCH' });
    const entity = run.entities.find((one) => one.entity === 'PAINTINGS');
    expect(entity).toMatchObject({
      status: 'FAILED',
      errorCode: 'CONTRACT_MISMATCH',
      received: 10,
      rejected: 10,
    });
    expect(entity?.errorMessage).toMatch(
      /^Expected records as the contract has them, got a page of 10 with 10 rejected, most often for PRICE_INVALID at price \(as in record \d+, where "[\d.]+" came\); nothing was deleted: look at /,
    );
    expect(await logOf(gateway.database, run.runId)).toContainEqual({
      level: 'ERROR',
      entity: 'PAINTINGS',
      message: entity?.errorMessage,
    });
    expect(await gateway.database.prisma.painting.findMany({ where: { siteId } })).toEqual(before);
    expect(await driftAt(siteId)).toEqual(['PAINTINGS TYPE_CHANGED price number text']);
    site.faults.clear();

    expect(await gateway.sync(siteId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await driftAt(siteId)).toEqual([]);
  });

  it('keeps its good rows, and those of the pages before', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const bad = many(30).map((row, index) => (index > 10 && index < 20 ? { ...row, price: -1 } : row));
    site.rows.setRaw('paintings', bad);

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({
      errorCode: 'CONTRACT_MISMATCH',
      received: 20,
      created: 11,
      rejected: 9,
    });
    expect(await gateway.database.prisma.painting.count({ where: { siteId, deletedAt: null } })).toBe(11);
  });

  it('is one of at least ten records, and of no fewer rejected', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.rows.setRaw('paintings', many(9, { price: -1 }));
    expect(await gateway.sync(siteId, ['PAINTINGS'])).toMatchObject({ status: 'SUCCEEDED' });
    site.rows.setRaw(
      'paintings',
      many(10).map((row, index) => (index < 8 ? { ...row, price: -1 } : row)),
    );
    expect(await gateway.sync(siteId, ['PAINTINGS'])).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('shows no personal data in its example, and no drift where columns answer their names', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const named = Object.fromEntries(Object.keys(sound(1)).map((name) => [name, name]));
    site.rows.setRaw(
      'paintings',
      Array.from({ length: 12 }, () => named),
    );
    site.rows.setRaw(
      'users',
      Array.from({ length: 12 }, (_, id) => ({ id, name: ['Zoé'], email: 'zoe@example.com', role: 'user' })),
    );

    const run = await gateway.sync(siteId);

    const messageOf = (entity: string) => run.entities.find((one) => one.entity === entity)?.errorMessage;
    expect(messageOf('PAINTINGS')).toContain('most often for COLUMN_NAMES_AS_VALUES (as in record @0);');
    expect(messageOf('USERS')).toContain('TEXT_NOT_TEXT at name (as in record 0, where "a list of 1" came)');
    expect(await driftAt(siteId)).toEqual(['USERS TYPE_CHANGED name text list']);
  });

  it('gives the place of its request back, though the list was not read to its end', async () => {
    await using narrow = await createTestGateway({ pageRows: 10, limits: { requestsAtOnce: 1 } });
    const { siteId, site } = await narrow.addDemoSite({ generation: 'v1', counts: { paintings: 60 } });
    for (let id = 1; id <= 60; id++) site.rows.update('paintings', id, { price: -1 });

    const run = await narrow.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ errorCode: 'CONTRACT_MISMATCH' });
    expect(await narrow.sync(siteId, ['USERS'])).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('may be the settings', async () => {
    const { siteId, site } = await gateway.addDemoSite({ generation: 'v1' });
    for (let index = 0; index < 10; index++) site.settings.set(`banner-${index}`, 'on');
    const received = site.settings.size;
    site.faults.set('settings', { kind: 'drift', drops: ['data[].key'] });

    const run = await gateway.sync(siteId, ['SETTINGS']);

    expect(run.entities[0]).toMatchObject({
      status: 'FAILED',
      errorCode: 'CONTRACT_MISMATCH',
      received,
      rejected: received,
    });
    expect(run.entities[0]?.errorMessage).toContain('TEXT_MISSING at key (as in record @0);');
  });
});
