import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { BadRow } from '../../../src/demo-site/faults/kinds.ts';
import { rawJson } from '../../../src/demo-site/rows/json.ts';
import { createTestGateway, type TestGateway } from '../../support/gateway.ts';
import { meetFault, mirroredSite } from '../support/meet-fault.ts';
import { findings, logOf, mirrorOf } from '../support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 100 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

describe('a row that cannot be kept', () => {
  it.each<[BadRow, 'paintings' | 'orders' | 'users' | 'exhibitions', string, string, string]>([
    ['missing-id', 'paintings', '@1', 'id', 'ID_INVALID'],
    ['missing-id', 'exhibitions', '@1', 'id', 'ID_INVALID'],
    ['text-id', 'paintings', '@1', 'id', 'ID_INVALID'],
    ['text-id', 'users', '@1', 'id', 'ID_INVALID'],
    ['huge-id', 'paintings', '@1', 'id', 'ID_INVALID'],
    ['huge-id', 'orders', '@1', 'id', 'ID_INVALID'],
    ['negative-price', 'paintings', '2', 'price', 'PRICE_INVALID'],
    ['negative-price', 'orders', '9', 'total_price', 'PRICE_INVALID'],
    ['infinite-price', 'paintings', '2', 'price', 'PRICE_INVALID'],
    ['nan-price', 'paintings', '2', 'price', 'PRICE_INVALID'],
    ['nan-price', 'orders', '9', 'total_price', 'PRICE_INVALID'],
    ['comma-price', 'paintings', '2', 'price', 'PRICE_INVALID'],
    ['absurd-date', 'orders', '9', 'order_date', 'DATE_INVALID'],
    ['nul-character', 'paintings', '2', 'name', 'TEXT_NOT_STORABLE'],
    ['nul-character', 'users', '11', 'name', 'TEXT_NOT_STORABLE'],
    ['long-text', 'paintings', '@1', '', 'RECORD_TOO_LARGE'],
    ['column-names', 'paintings', '@1', '', 'COLUMN_NAMES_AS_VALUES'],
    ['column-names', 'users', '@1', '', 'COLUMN_NAMES_AS_VALUES'],
  ])('stays out, the others come in: %s in %s', async (bad, endpoint, record, path, code) => {
    const { run, entity, issues, before, after } = await meetFault(gateway, endpoint, {
      kind: 'bad-rows',
      rows: [bad],
    });

    expect(run).toMatchObject({ status: 'SUCCEEDED', errorCode: null });
    expect(entity).toMatchObject({ status: 'SUCCEEDED', rejected: 1, created: 0, duplicates: 0 });
    expect(entity.updated + entity.unchanged).toBe(entity.received - 1);
    expect(issues).toEqual([{ record, path, code, severity: 'ERROR' }]);
    // The row as it was mirrored before stays.
    const table = {
      paintings: 'painting',
      orders: 'order',
      users: 'user',
      exhibitions: 'exhibition',
    } as const;
    expect(Object.keys(after[table[endpoint]])).toEqual(Object.keys(before[table[endpoint]]));
  });

  it('is shortened in its finding, not told where it may be about a person', async () => {
    const { siteId } = await meetFault(gateway, 'paintings', {
      kind: 'bad-rows',
      rows: ['long-text', 'comma-price'],
      textBytes: 50_000,
    });

    const issues = await gateway.database.prisma.syncIssue.findMany({ where: { siteId, severity: 'ERROR' } });
    expect(issues.map(({ path, code, value }) => [path, code, value])).toEqual([
      ['name', 'TEXT_TOO_LONG', 'text of 50000 characters'],
      ['price', 'PRICE_INVALID', '12,50'],
    ]);
  });

  it('does not hide the next: every kind at once on every page', async () => {
    const rows = [
      ...(['missing-id', 'text-id', 'huge-id', 'negative-price', 'infinite-price', 'nan-price'] as const),
      ...(['comma-price', 'nul-character', 'long-text', 'column-names'] as const),
    ];
    const { run, entity, issues } = await meetFault(gateway, 'paintings', {
      kind: 'bad-rows',
      rows,
      on: 'every-page',
      textBytes: 2_000,
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(entity).toMatchObject({ received: 24, rejected: 10 });
    expect(issues.map(({ path, code }) => `${path} ${code}`).toSorted()).toEqual(
      [
        ' COLUMN_NAMES_AS_VALUES',
        'id ID_INVALID',
        'id ID_INVALID',
        'id ID_INVALID',
        'name TEXT_NOT_STORABLE',
        'name TEXT_TOO_LONG',
        'price PRICE_INVALID',
        'price PRICE_INVALID',
        'price PRICE_INVALID',
        'price PRICE_INVALID',
      ].toSorted(),
    );
  });
});

describe('a row with a date from another world', () => {
  it('comes in without the date where it can do without', async () => {
    const { entity, issues, after } = await meetFault(gateway, 'exhibitions', {
      kind: 'bad-rows',
      rows: ['absurd-date'],
    });

    expect(entity).toMatchObject({ status: 'SUCCEEDED', rejected: 0, normalised: 1, updated: 1 });
    expect(issues).toEqual([{ record: '3', path: 'date', code: 'DATE_UNREADABLE', severity: 'WARNING' }]);
    expect(after.exhibition['3']).toMatchObject({ date: null, date_source: '9999-99-99 99:99:99' });
  });
});

describe('an id that comes twice', () => {
  it('is found on one page: the later row is kept', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    const row = (name: string, id: number) => ({
      id,
      name,
      price: 5,
      quantity: 1,
      status: 'Disponible',
      image: 'Images/a.webp',
      display_order: 0,
    });
    site.rows.setRaw('paintings', [row('first', 7), row('other', 8), row('second', 7)]);

    const run = await gateway.sync(siteId);

    expect(run.status).toBe('SUCCEEDED');
    expect(run.entities.find(({ entity }) => entity === 'PAINTINGS')).toMatchObject({
      received: 3,
      updated: 2,
      rejected: 0,
      duplicates: 1,
    });
    const { painting } = await mirrorOf(gateway.database, siteId);
    expect(painting['7']).toMatchObject({ name: 'second' });
    expect(Object.keys(painting)).toHaveLength(24);
    expect(await findings(gateway.database, run.runId, siteId, 'PAINTINGS')).toContainEqual({
      record: '7',
      path: 'id',
      code: 'DUPLICATE_ID',
      severity: 'WARNING',
    });
    expect(await logOf(gateway.database, run.runId)).toContainEqual({
      level: 'WARNING',
      entity: 'PAINTINGS',
      message: expect.stringContaining('got 1 again (id 7)'),
    });
  });

  it('is found across pages, and named', async () => {
    await using small = await createTestGateway({ pageRows: 10 });

    const { run, entity, log, before, after } = await meetFault(small, 'paintings', {
      kind: 'duplicate-across-pages',
    });

    expect(run.status).toBe('SUCCEEDED');
    expect(entity).toMatchObject({ received: 25, updated: 1, duplicates: 1, rejected: 0, pages: 4 });
    expect(log).toContainEqual({
      level: 'WARNING',
      entity: 'PAINTINGS',
      message: expect.stringMatching(/^Expected each record once, got 1 again \(id \d+\): the list changed/),
    });
    expect(Object.keys(after.painting)).toEqual(Object.keys(before.painting));
  });
});

describe('numbers at the edge of what is exact', () => {
  it('are mirrored to the last digit, or not at all', async () => {
    const { siteId, site } = await mirroredSite(gateway, 'v2');
    const row = (id: string, price: string) =>
      rawJson(
        `{"id": ${id}, "name": "n", "price": ${price}, "quantity": 1, "status": "Vendu", "image": null, "display_order": 0}`,
      );
    site.rows.setRaw('paintings', [
      row('9007199254740991', '0.1'),
      row('9007199254740992', '1'),
      row('9007199254740993', '1'),
      row('-1', '1'),
      row('100', '99999999999999'),
      row('101', '100000000000000'),
      row('102', '1e999'),
      row('103', '-0'),
      row('104', '1e-9'),
      row('105', '19.999949'),
    ]);

    const run = await gateway.sync(siteId, ['PAINTINGS']);

    expect(run.entities[0]).toMatchObject({ received: 10, created: 5, rejected: 5 });
    const stored = await gateway.database.prisma.painting.findMany({
      where: { siteId, name: 'n' },
      orderBy: { sourceId: 'asc' },
    });
    expect(stored.map(({ sourceId, price }) => [sourceId, price.toString()])).toEqual([
      [100n, '99999999999999'],
      [103n, '0'],
      [104n, '0'],
      [105n, '19.9999'],
      [9007199254740991n, '0.1'],
    ]);
  });
});
