import type { Database } from '../../../src/db/client.ts';
import { rowsOf } from './rows.ts';

/** Texts that break what is not careful. */
export const nastyTexts = [
  'plain',
  '',
  ' ',
  `O'Reilly`,
  'a "quoted" one',
  'back\\slash \\" \\u0001',
  'tab\tnew\nline\r\u0001\u001f\u007f\b\f',
  '\u2028\u2029\u00a0\ufeff',
  '🎨 Événement 👩‍🎨',
  '$1 $$ %s {} [] , ] "',
  "'; DROP TABLE painting; --",
  'x'.repeat(3_000),
  '<script>null</script>',
] as const;

export const nastyAmounts = ['0', '-0.5', '1500', '89.9', '0.1250', '99999999999999.9999', '-1', '0.0001'];
export const nastyMoments = [
  '0001-01-01T00:00:00.000Z',
  '0099-12-31T23:59:59.999Z',
  '0999-06-15T12:00:00.001Z',
  '1883-01-01T00:00:00.035Z',
  '1970-01-01T00:00:00.000Z',
  '2026-11-21T09:30:00.289Z',
  '2026-11-21T09:30:00.999Z',
  '9999-12-31T23:59:59.999Z',
];
export const nastyNumbers = [0, 1, -1, 7, 2_147_483_647, -2_147_483_648];
export const SOURCE_IDS = [0n, 1n, 2n, 3n, 7n, 42n, 1_000_000n, 9_007_199_254_740_991n];

/** Three sites, one of them empty, with rows of values that are each other than the next. */
export async function nastyRows(database: Database): Promise<readonly number[]> {
  const { prisma, pool } = database;
  const rows = rowsOf(database);
  let turn = 0;
  const next = <Value>(values: readonly Value[]): Value => {
    turn += 1;
    const value = values[(turn * 7 + (turn >> 3)) % values.length];
    if (value === undefined) throw new Error('no values');
    return value;
  };
  const text = () => next(nastyTexts);
  const maybe = <Value>(value: Value) => (next([0, 1, 2]) === 0 ? null : value);
  const moment = () => new Date(next(nastyMoments));
  const truth = () => next([true, false, null]);
  const record = (siteId: number, sourceId: bigint) => ({
    siteId,
    sourceId,
    firstSeenAt: moment(),
    observedAt: moment(),
    deletedAt: next([null, null, moment()]),
  });

  const full = await rows.site({ name: text(), currency: 'CHF', generation: 'V2', syncedAt: moment() });
  const other = await rows.site({ name: 'a "site"\n\\', status: 'KEY_REFUSED', generation: null });
  const empty = await rows.site({ name: '' });
  for (const siteId of [full, other]) {
    for (const sourceId of SOURCE_IDS) {
      const common = record(siteId, sourceId);
      await prisma.painting.create({
        data: {
          ...common,
          name: text(),
          price: next(nastyAmounts),
          status: next(['AVAILABLE', 'SOLD', 'UNKNOWN'] as const),
          statusSource: maybe(text()),
          category: maybe(text()),
          technique: maybe(text()),
          year: maybe(next(nastyNumbers)),
          yearSource: maybe(text()),
          quantity: next(nastyNumbers),
          image: maybe(text()),
          image2: maybe(text()),
          image3: maybe(text()),
          image4: maybe(text()),
          displayOrder: next(nastyNumbers),
          description: maybe(text()),
          descriptionLong: maybe(text()),
          dimensions: maybe(text()),
          weight: maybe(text()),
          framed: truth(),
          certificate: truth(),
          uniquePiece: truth(),
          createdAt: maybe(moment()),
        },
      });
      await prisma.user.create({
        data: {
          ...common,
          name: text(),
          email: maybe(text()),
          role: next(['ADMIN', 'USER', null]),
          roleSource: maybe(text()),
          birthDate: maybe(text()),
          acceptsMarketing: truth(),
          createdAt: maybe(moment()),
        },
      });
      await prisma.order.create({
        data: {
          ...common,
          customerName: text(),
          email: maybe(text()),
          userSourceId: next([null, 5n, ...SOURCE_IDS]),
          totalPrice: next(nastyAmounts),
          status: next(['SHIPPED', 'CANCELLED', 'UNKNOWN'] as const),
          orderedAt: moment(),
          itemsDigest: '',
        },
      });
      const positions = Array.from({ length: Number(sourceId % 4n) }, (_, position) => position);
      await prisma.orderItem.createMany({
        data: positions.map((position) => ({
          siteId,
          orderSourceId: sourceId,
          position,
          sourceId: maybe(next(SOURCE_IDS)),
          paintingSourceId: next([null, 5n, ...SOURCE_IDS]),
          name: maybe(text()),
          image: maybe(text()),
          price: next(nastyAmounts),
          quantity: next(nastyNumbers),
        })),
      });
      await prisma.exhibition.create({
        data: {
          ...common,
          title: text(),
          location: maybe(text()),
          date: maybe(moment()),
          dateSource: maybe(text()),
          startTime: maybe(text()),
          contactInfo: maybe(text()),
          createdAt: maybe(moment()),
        },
      });
      await prisma.customRequest.create({
        data: {
          ...common,
          clientName: text(),
          clientEmail: maybe(text()),
          budget: maybe(text()),
          adminNotes: maybe(text()),
          status: next(['PENDING', 'UNKNOWN'] as const),
          createdAt: maybe(moment()),
        },
      });
    }
  }
  // Finer than JavaScript's dates: cursors keep it, answers leave it out.
  await pool.query(
    `UPDATE "order" SET ordered_at = ordered_at + interval '7 microseconds' WHERE source_id > 2`,
  );
  await pool.query(`UPDATE painting SET created_at = created_at + interval '999 microseconds'
    WHERE created_at < '9999-01-01'`);
  return [full, other, empty];
}
