import { afterAll, beforeEach, expect, it } from 'vitest';
import { mix } from '../../src/demo-site/records/random.ts';
import { isRow, rawJson, type ListItem } from '../../src/demo-site/rows/json.ts';
import { startDemoSite, type DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { ask, idsOf, objectOf, rowsOf } from './ask.ts';

const apiKey = 'a-key-for-tests';
let site: DemoSite | undefined;
async function start(generation: 'v1' | 'v2' = 'v2'): Promise<DemoSite> {
  await site?.stop();
  site = await startDemoSite({
    generation,
    name: 'G',
    apiKey,
    counts: { paintings: 50, users: 20, orders: 60 },
  });
  return site;
}
const get = (path: string) => ask(`${site?.url}/api/export/${path}`, { key: apiKey });
const idOf = (item: ListItem | undefined) => (isRow(item) ? item['id'] : undefined);

/** The order that the contract asks for, found by sorting. */
function sorted(items: ListItem[], generation: string, entity: string): ListItem[] {
  const column = (item: ListItem, name: string) => (isRow(item) ? item[name] : undefined);
  const number = (item: ListItem, name: string) => Number(column(item, name));
  const text = (item: ListItem) => String(column(item, 'order_date'));
  return items.toSorted((left, right) => {
    const newer = number(right, 'id') - number(left, 'id');
    if (generation === 'v1') return -newer;
    if (entity === 'paintings')
      return number(right, 'display_order') - number(left, 'display_order') || newer;
    return text(left) === text(right) ? newer : text(left) < text(right) ? 1 : -1;
  });
}

beforeEach(async () => {
  await start();
});
afterAll(() => site?.stop());

it('answers inserted rows in their place, and leaves deleted ones out', async () => {
  const { rows } = await start();
  rows.delete('users', 7);
  rows.delete('users', 20);
  expect(rows.insert('users', { name: 'Nouvelle' })).toBe(21);
  expect(idsOf(await get('users'))).toEqual([
    21, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 6, 5, 4, 3, 2, 1,
  ]);
  expect(idsOf(await get('users?limit=3&offset=11'))).toEqual([9, 8, 6]);
  expect(rows.count('users')).toBe(19);
  expect(objectOf(await get('stats'))).toMatchObject({ stats: { users_count: 19 } });
  rows.revive('users', 7);
  expect(idsOf(await get('users?limit=3&offset=12'))).toEqual([8, 7, 6]);
  expect(() => rows.delete('users', 999)).toThrow('no row 999');
  expect(() => rows.insert('users', { id: 7 })).toThrow('already has a row 7');
});

it('answers changed columns, and moves a row whose sort column changes', async () => {
  const { rows } = await start();
  rows.update('paintings', 30, { name: 'Le 30', display_order: 1_000 });
  rows.update('paintings', 31, { price: undefined, year: rawJson('NaN') });
  const [first] = rowsOf(await get('paintings?limit=1'));
  expect(first).toMatchObject({ id: 30, name: 'Le 30', display_order: 1_000 });
  expect((await get('paintings')).body.toString()).toMatch(/"id":31,(?!.*"id":31).*?"year":NaN/);
  expect(rows.count('paintings')).toBe(50);
  rows.reset('paintings');
  expect(rows.find('paintings', 30)).not.toMatchObject({ display_order: 1_000 });
});

it('takes name and image out of order items whose painting is deleted', async () => {
  const { rows } = await start();
  const bought = rowsOf(await get('orders')).flatMap((order) => Object(order['items']));
  const { painting_id: id } = bought.find((item: { name: string | null }) => item.name !== null);
  rows.delete('paintings', id);
  const after = rowsOf(await get('orders')).flatMap((order) => Object(order['items']));
  const ofDeleted = after.filter((item) => item.painting_id === id);
  expect(ofDeleted.length).toBeGreaterThan(0);
  expect(ofDeleted.every((item) => item.name === null && item.image === null)).toBe(true);
});

it.each(['v1', 'v2'] as const)('pages a %s list right through any mixture of changes', async (generation) => {
  const { rows } = await start(generation);
  for (const entity of ['paintings', 'orders'] as const) {
    const deleted: number[] = [];
    for (let step = 0; step < 150; step++) {
      const hash = mix(3, 99, step);
      const ids = [...rows.all(entity)].map((row) => Number(idOf(row)));
      const id = ids[hash % ids.length] ?? 1;
      if (hash % 7 < 2) {
        rows.delete(entity, id);
        deleted.push(id);
      } else if (hash % 7 === 2) rows.insert(entity);
      else if (hash % 7 === 3) rows.update(entity, id, { display_order: hash % 5, order_date: '2020-01-01' });
      else if (hash % 7 === 4 && deleted.length > 0) rows.revive(entity, deleted.pop() ?? 0);
      else rows.update(entity, id, { status: 'x' });

      const all = [...rows.all(entity)];
      expect(new Set(all.map(idOf)).size).toBe(all.length);
      expect(rows.count(entity)).toBe(all.length);
      const offset = hash % (all.length + 2);
      const page = rows.page(entity, offset, 9);
      expect(page).toEqual(all.slice(offset, offset + 9));
      expect(all.map(idOf)).toEqual(sorted(all, generation, entity).map(idOf));
    }
  }
});

it('keeps an answer that is under way as it was when it began', async () => {
  const { rows } = await start();
  const before = rows.snapshot('paintings').read(0, Infinity);
  expect(before.next().done).toBe(false);
  rows.delete('paintings', 40);
  expect([...before]).toHaveLength(49);
  expect(rows.count('paintings')).toBe(49);
});

it('serves exactly what it is given raw', async () => {
  const { rows } = await start();
  rows.setRaw('paintings', [
    { id: 1, name: 'ok', strange: [1, { deep: null }] },
    rawJson('{"id": 9007199254740993, "price": NaN, "__proto__": {"x": 1}, "name": "\\ud800\\u0000"}'),
    Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
    'only a text',
    null,
    { id: 'text', name: '\ud800' },
  ]);
  const reply = await get('paintings');
  const expected = Buffer.concat([
    Buffer.from('{"count":6,"paintings":[{"id":1,"name":"ok","strange":[1,{"deep":null}]},'),
    Buffer.from('{"id": 9007199254740993, "price": NaN, "__proto__": {"x": 1}, "name": "\\ud800\\u0000"},'),
    Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
    Buffer.from(',"only a text",null,{"id":"text","name":"\\ud800"}]}\n'),
  ]);
  expect(reply.body.toString('latin1')).toBe(expected.toString('latin1'));
  expect((await get('paintings?limit=1&offset=3')).body.toString()).toBe(
    '{"count":1,"paintings":["only a text"]}\n',
  );
  rows.setRaw('customRequests', [{ id: 4, client_name: 'Alice' }]);
  expect(objectOf(await get('custom-requests'))).toEqual({
    custom_requests: [{ id: 4, client_name: 'Alice' }],
  });
});
