import { describe, expect, it } from 'vitest';

import { createTestGateway } from '../support/gateway.ts';
import { findings } from './support/run-record.ts';

/** Real rows that break the rules of the upstream documents. */
const painting = (id: number, odd: Record<string, string | number | null>) => ({
  id,
  name: 'n',
  price: 5,
  quantity: 1,
  status: 'Disponible',
  image: 'Images/a.webp',
  display_order: 0,
  ...odd,
});
const paintings = [
  painting(1, {}),
  painting(2, { status: 'disponible' }),
  painting(3, { year: 'vers 2019' }),
  painting(4, { price: 0 }),
  painting(5, { image: 'legacy_5.jpg' }),
  painting(6, { quantity: -1 }), // no document says it may not be
];
const users = [
  { id: 1, name: 'n', email: 'a@example.com', role: 'admin' },
  { id: 2, name: 'n', email: 'no address', role: 'user' },
  { id: 3, name: 'n', email: 'b@example.com', role: null },
];
const found = [
  { record: '2', path: 'status', code: 'STATUS_NORMALISED' },
  { record: '3', path: 'year', code: 'YEAR_INTERPRETED' },
  { record: '4', path: 'price', code: 'PRICE_ZERO' },
  { record: '5', path: 'image', code: 'IMAGE_OUTSIDE_IMAGES' },
];

describe('rows that break the documented rules', () => {
  it.each([
    {
      strict: false,
      severity: 'WARNING',
      rejected: 0,
      normalised: 5,
      kept: [1n, 2n, 3n, 4n, 5n, 6n],
      keptUsers: 3,
    },
    { strict: true, severity: 'ERROR', rejected: 4, normalised: 1, kept: [1n, 6n], keptUsers: 1 },
  ])(
    'are findings of weight $severity where strict is $strict',
    async ({ strict, severity, kept, ...expected }) => {
      await using gateway = await createTestGateway({ strict });
      const { siteId, site } = await gateway.addDemoSite();
      site.rows.setRaw('paintings', paintings);
      site.rows.setRaw('users', users);

      const run = await gateway.sync(siteId);

      expect(run.status).toBe('SUCCEEDED');
      const { rejected, normalised, keptUsers } = expected;
      expect(run.entities.find(({ entity }) => entity === 'PAINTINGS')).toMatchObject({
        rejected,
        normalised,
      });
      expect(await findings(gateway.database, run.runId, siteId, 'PAINTINGS')).toEqual([
        ...found.map((issue) => ({ ...issue, severity })),
        { record: '6', path: 'quantity', code: 'QUANTITY_NEGATIVE', severity: 'WARNING' },
      ]);
      const stored = await gateway.database.prisma.painting.findMany({ orderBy: { sourceId: 'asc' } });
      expect(stored.map(({ sourceId }) => sourceId)).toEqual(kept);
      expect(await gateway.database.prisma.user.count()).toBe(keptUsers);
    },
  );

  it('change their weight, not their place, when strict is switched on', async () => {
    await using gateway = await createTestGateway();
    const { siteId, site } = await gateway.addDemoSite();
    site.rows.setRaw('paintings', paintings);
    const lenient = await gateway.sync(siteId, ['PAINTINGS']);
    gateway.deps.strict = true;

    const strict = await gateway.sync(siteId, ['PAINTINGS']);

    expect(strict.entities[0]).toMatchObject({ rejected: 4, unchanged: 2 });
    const issues = await gateway.database.prisma.syncIssue.findMany({ where: { severity: 'ERROR' } });
    expect(issues.map(({ firstRunId }) => firstRunId)).toEqual(found.map(() => lenient.runId));
    expect(await gateway.database.prisma.painting.count()).toBe(6); // nothing that is mirrored is taken away
  });
});
