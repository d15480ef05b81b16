import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Row } from '../../src/demo-site/rows/json.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { findings, issuesOfRun } from './support/run-record.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 2 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const sound = (id: number, odd: Row = {}): Row => ({
  id,
  name: 'n',
  price: 5,
  quantity: 1,
  status: 'Disponible',
  image: 'Images/a.webp',
  display_order: 0,
  ...odd,
});

const codesAt = async (siteId: number, runId: string) =>
  (await findings(gateway.database, runId, siteId, 'PAINTINGS')).map(
    ({ record, code }) => `${record} ${code}`,
  );

describe('the findings of a run', () => {
  it('begin with the run that first has them and end with the run that no longer does', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const runs: string[] = [];
    for (const rows of [
      [sound(1, { price: '12,50' }), sound(2), sound(3, { status: 'vendu' })],
      [sound(1, { price: '12,50' }), sound(2, { year: 'vers 1900' }), sound(3, { status: 'vendu' })],
      [sound(1), sound(2, { year: 'vers 1900' }), sound(3, { status: 'vendu' })],
      [sound(1, { price: '12,50' }), sound(2), sound(3)],
    ]) {
      site.rows.setRaw('paintings', rows);
      // oxlint-disable-next-line no-await-in-loop
      runs.push((await gateway.sync(siteId)).runId);
    }

    const seen = await Promise.all(runs.map((runId) => codesAt(siteId, runId)));

    expect(seen.map((codes) => codes.toSorted())).toEqual([
      ['1 PRICE_INVALID', '3 STATUS_NORMALISED'],
      ['1 PRICE_INVALID', '2 YEAR_INTERPRETED', '3 STATUS_NORMALISED'],
      ['2 YEAR_INTERPRETED', '3 STATUS_NORMALISED'],
      ['1 PRICE_INVALID'],
    ]);
    const stored = await gateway.database.prisma.syncIssue.findMany({
      where: { siteId, entity: 'PAINTINGS' },
      orderBy: { id: 'asc' },
    });
    expect(
      stored.map(({ record, firstRunId, resolvedRunId, resolvedAt }) => [
        record,
        runs.indexOf(firstRunId),
        resolvedRunId === null ? null : runs.indexOf(resolvedRunId),
        resolvedAt !== null,
      ]),
    ).toEqual([
      ['1', 0, 2, true],
      ['3', 0, 3, true],
      ['2', 1, 3, true],
      ['1', 3, null, false],
    ]);
  });

  it('end when their record is gone from the site, whatever name it went by', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    const withoutId = sound(0, { id: 'douze' });
    site.rows.setRaw('paintings', [
      sound(1),
      sound(2, { price: -1 }),
      sound(3),
      withoutId,
      sound(4, { price: -1 }),
    ]);
    const first = await gateway.sync(siteId);
    site.rows.setRaw('paintings', [sound(1), sound(3), sound(4, { price: -1 })]);

    const second = await gateway.sync(siteId);

    expect(await codesAt(siteId, first.runId)).toEqual([
      '2 PRICE_INVALID',
      '@3 ID_INVALID',
      '4 PRICE_INVALID',
    ]);
    expect(await codesAt(siteId, second.runId)).toEqual(['4 PRICE_INVALID']);
  });

  it('end when a record without an id has got one, in the same place', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.rows.setRaw('paintings', [sound(1), sound(2), sound(0, { id: 'trois' }), sound(4)]);
    const first = await gateway.sync(siteId);
    site.rows.setRaw('paintings', [sound(1), sound(2), sound(3), sound(4)]);

    const second = await gateway.sync(siteId);

    expect(await codesAt(siteId, first.runId)).toEqual(['@2 ID_INVALID']);
    expect(await codesAt(siteId, second.runId)).toEqual([]);
  });

  it('stay when the list could not be read to its end', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.rows.setRaw('paintings', [sound(1), sound(2), sound(3), sound(4, { price: -1 }), sound(5)]);
    await gateway.sync(siteId);
    site.rows.setRaw('paintings', [sound(1), sound(2), sound(3)]);
    site.faults.set('paintings', { kind: 'server-error', after: 2 });

    const run = await gateway.sync(siteId);

    expect(run).toMatchObject({ status: 'PARTIAL' });
    expect(await codesAt(siteId, run.runId)).toEqual(['4 PRICE_INVALID']);
  });

  it('of other entities, and of other sites, are left alone', async () => {
    const one = await gateway.addDemoSite();
    const other = await gateway.addDemoSite();
    for (const { site, siteId } of [one, other]) {
      site.rows.setRaw('paintings', [sound(1, { price: -1 })]);
      site.rows.setRaw('exhibitions', [{ id: 1, title: '' }]);
      // oxlint-disable-next-line no-await-in-loop
      await gateway.sync(siteId);
    }
    one.site.rows.setRaw('paintings', []);

    const run = await gateway.sync(one.siteId, ['PAINTINGS']);

    const open = (await issuesOfRun(gateway.database, run.runId)).filter(({ siteId }) =>
      [one.siteId, other.siteId].includes(siteId),
    );
    expect(open.filter(({ entity }) => entity === 'PAINTINGS').map(({ siteId }) => siteId)).toEqual([
      other.siteId,
    ]);
    expect(open.filter(({ entity }) => entity === 'EXHIBITIONS').map(({ siteId }) => siteId)).toEqual([
      one.siteId,
      other.siteId,
    ]);
  });

  it('of a setting end when the setting is gone', async () => {
    const { siteId, site } = await gateway.addDemoSite();
    site.settings.set('banner', 'a'.repeat(100_001));
    const first = await gateway.sync(siteId, ['SETTINGS']);
    expect(first.entities[0]).toMatchObject({ status: 'SUCCEEDED', rejected: 1 });
    expect(await findings(gateway.database, first.runId, siteId, 'SETTINGS')).toEqual([
      { record: 'banner', path: 'value', code: 'TEXT_TOO_LONG', severity: 'ERROR' },
    ]);
    site.settings.delete('banner');

    const second = await gateway.sync(siteId, ['SETTINGS']);

    expect(await findings(gateway.database, second.runId, siteId, 'SETTINGS')).toEqual([]);
  });
});
