import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoSite, type DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { ask, idsOf, objectOf, rowsOf } from './ask.ts';

const apiKey = 'a-key-for-tests';
const options = {
  name: 'Galerie',
  apiKey,
  counts: { paintings: 450, users: 700, orders: 320, exhibitions: 9 },
};
const sites: DemoSite[] = [];
async function start(generation: 'v1' | 'v2', seed: number): Promise<DemoSite> {
  const site = await startDemoSite({ generation, seed, ...options });
  sites.push(site);
  return site;
}
afterAll(() => Promise.all(sites.map((site) => site.stop())));

describe('a v2 list', () => {
  let site: DemoSite;
  const get = (path: string) => ask(`${site.url}/api/export/${path}`, { key: apiKey });
  beforeAll(async () => {
    site = await start('v2', 1);
  });

  it('answers its default limit, and an unfit one is as none', async () => {
    expect(rowsOf(await get('paintings'))).toHaveLength(200);
    expect(rowsOf(await get('users'))).toHaveLength(500);
    expect(rowsOf(await get('orders'))).toHaveLength(100);
    expect(rowsOf(await get('exhibitions'))).toHaveLength(9);
    expect(idsOf(await get('paintings?limit=abc&offset=1.5'))).toEqual(idsOf(await get('paintings')));
  });

  it('answers 500 to a negative limit', async () => {
    const reply = await get('paintings?limit=-1');
    expect([reply.status, objectOf(reply)]).toEqual([500, { error: 'LIMIT must not be negative' }]);
  });

  it('pages without losing or repeating a row', async () => {
    const whole = idsOf(await get('paintings?limit=1000'));
    const paged: unknown[] = [];
    for (let offset = 0; offset < 450; offset += 70)
      paged.push(...idsOf(await get(`paintings?limit=70&offset=${offset}`)));
    expect(whole).toHaveLength(450);
    expect(new Set(whole).size).toBe(450);
    expect(paged).toEqual(whole);
    expect(objectOf(await get('paintings?offset=450'))).toEqual({ count: 0, paintings: [] });
    expect(objectOf(await get('paintings?limit=0'))).toEqual({ count: 0, paintings: [] });
  });

  it('orders paintings by display order then id, users by id, orders by date, all descending', async () => {
    const paintings = rowsOf(await get('paintings?limit=1000'));
    const sorted = paintings.toSorted(
      (left, right) =>
        Number(right['display_order']) - Number(left['display_order']) ||
        Number(right['id']) - Number(left['id']),
    );
    expect(paintings).toEqual(sorted);
    expect(new Set(paintings.map((row) => row['display_order'])).size).toBeGreaterThan(10);
    expect(idsOf(await get('users?limit=3'))).toEqual([700, 699, 698]);
    const dates = rowsOf(await get('orders?limit=1000')).map((row) => String(row['order_date']));
    expect(dates).toEqual(dates.toSorted().toReversed());
    expect(new Set(dates).size).toBeLessThan(dates.length);
  });
});

it('answers the whole list of a v1 site whatever is asked, oldest first', async () => {
  const site = await start('v1', 1);
  const reply = await ask(`${site.url}/api/export/paintings?limit=-1&offset=300`, { key: apiKey });
  expect(reply.status).toBe(200);
  expect(idsOf(reply)).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
});

it('makes the same rows from the same seed, and others from another', async () => {
  const [first, same, other] = await Promise.all([start('v2', 7), start('v2', 7), start('v2', 8)]);
  for (const list of ['paintings', 'users', 'orders', 'exhibitions']) {
    const [left, middle, right] = await Promise.all(
      [first, same, other].map((site) => ask(`${site.url}/api/export/${list}`, { key: apiKey })),
    );
    expect(left?.body.equals(middle?.body ?? Buffer.alloc(0))).toBe(true);
    expect(left?.body.equals(right?.body ?? Buffer.alloc(0))).toBe(false);
  }
});

it('holds the variety that real galleries show', async () => {
  const site = await start('v2', 1);
  const rows = rowsOf(await ask(`${site.url}/api/export/paintings?limit=450`, { key: apiKey }));
  const values = (column: string) => rows.map((row) => row[column]);
  expect(values('price')).toContain(0);
  expect(values('status')).toEqual(expect.arrayContaining(['', 'disponible', 'Disponible', 'Vendu']));
  expect(values('year')).toEqual(expect.arrayContaining(['', null, 'vers 2019', '2024']));
  expect(values('category')).toEqual(expect.arrayContaining([null, '', 'Abstrait']));
  expect(values('image')).toContainEqual(expect.stringMatching(/^legacy/));
  const orders = rowsOf(await ask(`${site.url}/api/export/orders?limit=320`, { key: apiKey }));
  const sizes = new Set(orders.map((order) => Object(order['items']).length));
  expect([...sizes].toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
});

it('streams a million rows without holding them', async () => {
  const site = await startDemoSite({ generation: 'v1', name: 'G', apiKey, counts: { paintings: 1_000_000 } });
  const before = process.memoryUsage().rss;
  const reply = await ask(`${site.url}/api/export/paintings`, { key: apiKey, stopAfterBytes: 20_000_000 });
  expect(reply.status).toBe(200);
  expect(reply.headers['transfer-encoding']).toBe('chunked');
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  await site.stop();
});
