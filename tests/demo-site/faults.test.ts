import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faultKinds } from '../../src/demo-site/faults/kinds.ts';
import { startDemoSite, type DemoFaults, type DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { ask, idsOf, objectOf, rowsOf } from './ask.ts';

const apiKey = 'a-key-for-tests';
const counts = { paintings: 240, users: 30, orders: 200 };
let v1: DemoSite;
let v2: DemoSite;
beforeAll(async () => {
  v1 = await startDemoSite({ generation: 'v1', name: 'G', apiKey, counts });
  v2 = await startDemoSite({ generation: 'v2', name: 'G', apiKey, counts });
});
afterEach(() => {
  v1.faults.clear();
  v2.faults.clear();
});
afterAll(() => Promise.all([v1.stop(), v2.stop()]));
const get = (path: string, site = v2) => ask(`${site.url}/api/export/${path}`, { key: apiKey });
const allIds = async (limit: number) => {
  const ids: unknown[] = [];
  for (let offset = 0; offset < 240; offset += limit)
    ids.push(...idsOf(await get(`paintings?limit=${limit}&offset=${offset}`)));
  return ids;
};

describe('when a fault works', () => {
  it('is from the n-th request on, for so many times', async () => {
    v2.faults.set('users', { kind: 'server-error', after: 2, times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call++) statuses.push((await get('users')).status);
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
    expect(v2.faults.list()).toMatchObject([{ endpoint: 'users', seen: 5, spoiled: 2 }]);
  });

  it('is on its endpoint only, or on all', async () => {
    v2.faults.set('users', { kind: 'server-error' });
    expect((await get('paintings')).status).toBe(200);
    v2.faults.set('*', { kind: 'not-found' });
    expect([(await get('users')).status, (await get('paintings')).status]).toEqual([500, 404]);
    v2.faults.clear('*');
    expect((await get('paintings')).status).toBe(200);
    v2.faults.clear();
    expect((await get('users')).status).toBe(200);
  });

  it('is from the start when the site is started with it', async () => {
    const faults: DemoFaults = { orders: { kind: 'server-error' } };
    const site = await startDemoSite({ generation: 'v2', name: 'G', apiKey, faults });
    expect((await get('orders', site)).status).toBe(500);
    expect((await get('users', site)).status).toBe(200);
    await site.stop();
  });

  it('comes with a line of explanation', () => {
    for (const { what } of faultKinds) expect(what).toMatch(/^.{10,}\.$/);
  });
});

describe('a fault that answers in place of the site', () => {
  it('refuses the right key', async () => {
    v1.faults.set('*', { kind: 'key-refused' });
    v2.faults.set('*', { kind: 'key-refused' });
    expect([(await get('users', v1)).status, (await get('users')).status]).toEqual([403, 401]);
  });

  it('limits the rate, in seconds or by date', async () => {
    v2.faults.set('users', { kind: 'rate-limited', retryAfterSeconds: 7 });
    const reply = await get('users');
    expect([reply.status, reply.headers['retry-after']]).toEqual([429, '7']);
    v2.faults.set('users', { kind: 'rate-limited', as: 'date', retryAfterSeconds: 60 });
    const date = Date.parse((await get('users')).headers['retry-after'] ?? '');
    expect(date - Date.now()).toBeGreaterThan(55_000);
  });

  it('leaks its pool until cleared', async () => {
    v2.faults.set('*', { kind: 'leaking-pool', works: 3 });
    const statuses: number[] = [];
    for (const list of ['users', 'orders', 'stats', 'users', 'paintings'])
      statuses.push((await get(list)).status);
    expect(statuses).toEqual([200, 200, 200, 500, 500]);
  });

  it('redirects to another origin, or where told', async () => {
    v2.faults.set('users', { kind: 'redirect' });
    expect((await get('users?limit=1')).headers.location).toBe(
      'http://other-origin.invalid/api/export/users?limit=1',
    );
    v2.faults.set('users', { kind: 'redirect', to: 'http://127.0.0.1:1/x', status: 307 });
    const reply = await get('users');
    expect([reply.status, reply.headers.location]).toEqual([307, 'http://127.0.0.1:1/x']);
  });

  it.each([
    ['html', /^<!doctype html>/],
    ['empty', /^$/],
    ['null-body', /^null$/],
    ['not-json', /^\{'/],
    ['wrong-envelope', /^\{"items": \[\]\}$/],
  ] as const)('answers 200 with %s', async (kind, body) => {
    v2.faults.set('paintings', { kind });
    const reply = await get('paintings');
    expect(reply.status).toBe(200);
    expect(reply.body.toString()).toMatch(body);
    expect(reply.headers['content-type']).toBe(
      kind === 'html' ? 'text/html; charset=utf-8' : 'application/json',
    );
  });

  it('nests lists deep, as the body or in a row', async () => {
    v2.faults.set('users', { kind: 'deeply-nested' });
    expect((await get('users')).body.toString()).toMatch(/^\[{100000}\]{100000}$/);
    v2.faults.set('users', { kind: 'deeply-nested', where: 'row', levels: 500 });
    const rows = rowsOf(await get('users'));
    expect(JSON.stringify(rows[0])).toMatch(/\[{500}\]{500}/);
    expect(rows).toHaveLength(30);
  });

  it('floods with rows as fast as they are read, and stops when the client goes', async () => {
    v2.faults.set('paintings', { kind: 'huge' });
    const reply = await ask(`${v2.url}/api/export/paintings`, { key: apiKey, stopAfterBytes: 5_000_000 });
    expect(reply.body.toString()).toMatch(/^\{"count":0,"paintings":\[\{"category":/);
    v2.faults.set('paintings', { kind: 'huge', bytes: 200_000 });
    expect(rowsOf(await get('paintings')).length).toBeGreaterThan(500);
  });

  it('floods with empty objects', async () => {
    v2.faults.set('paintings', { kind: 'many-empty-objects' });
    const reply = await get('paintings');
    expect(reply.body.length).toBeGreaterThan(29_000_000);
    expect(reply.body.toString('latin1', 0, 40)).toMatch(/^\{"count":0,"paintings":\[\{\},\{\},/);
    expect(reply.body.toString('latin1', reply.body.length - 8)).toBe('{},{}]}\n');
  });

  it('sends a gzip bomb: 2 MB that are 2 GB', async () => {
    v2.faults.set('paintings', { kind: 'gzip-bomb', bytes: 20_000_000 });
    const small = await get('paintings');
    expect(small.headers['content-encoding']).toBe('gzip');
    const plain = gunzipSync(small.body);
    expect(plain.length).toBeGreaterThan(20_000_000);
    expect(JSON.parse(plain.toString())).toEqual({ count: 0, paintings: [] });

    v2.faults.set('paintings', { kind: 'gzip-bomb' });
    const bomb = await get('paintings');
    expect(bomb.body.length).toBeLessThan(3_000_000);
    // The last four bytes of gzip are the plain length.
    expect(bomb.body.readUInt32LE(bomb.body.length - 4)).toBeGreaterThan(2 * 1024 ** 3);
  });
});

describe('a fault of the connection', () => {
  it('resets before any header', async () => {
    v2.faults.set('users', { kind: 'down-socket' });
    await expect(get('users')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets in the middle of the body', async () => {
    v2.faults.set('users', { kind: 'reset-mid-body' });
    const reply = await get('users');
    expect(reply.status).toBe(200);
    expect(reply.complete).toBe(false);
    expect(reply.body.length).toBeGreaterThan(1_000);
  });

  it('promises more than it sends', async () => {
    v2.faults.set('users', { kind: 'wrong-length', more: 10 });
    const reply = await get('users');
    expect(reply.complete).toBe(false);
    expect(Number(reply.headers['content-length'])).toBe(reply.body.length + 10);
  });

  it('cuts the JSON off inside a record, in a message that is whole', async () => {
    for (const site of [v1, v2]) {
      site.faults.set('users', { kind: 'truncated' });
      const reply = await get('users', site);
      expect([reply.status, reply.complete]).toEqual([200, true]);
      expect(reply.body.toString()).toMatch(/^\{.*"\w+":$/s);
    }
  });

  it('waits before the headers', async () => {
    v2.faults.set('users', { kind: 'slow-headers', ms: 80 });
    const from = performance.now();
    expect((await get('users')).status).toBe(200);
    expect(performance.now() - from).toBeGreaterThan(75);
  });

  it('sends the body a few bytes at a time', async () => {
    v2.faults.set('users', { kind: 'slow-body', ms: 10, bytes: 20 });
    const from = performance.now();
    const reply = await get('users?limit=1');
    expect(rowsOf(reply)).toHaveLength(1);
    expect(performance.now() - from).toBeGreaterThan(60);
  });

  it('does not keep the site from stopping', async () => {
    const site = await startDemoSite({ generation: 'v2', name: 'G', apiKey });
    site.faults.set('users', { kind: 'slow-headers', ms: 3_600_000 });
    site.faults.set('orders', { kind: 'slow-body', ms: 3_600_000 });
    site.faults.set('paintings', { kind: 'huge' });
    const hanging = Promise.allSettled(['users', 'orders', 'paintings'].map((list) => get(list, site)));
    await expect.poll(() => site.requests.length).toBe(3);
    await site.stop();
    await hanging;
    await expect(get('stats', site)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a fault in the text of a row', () => {
  it('adds keys that reach for the prototype', async () => {
    v2.faults.set('users', { kind: 'proto-keys' });
    const [first, second] = rowsOf(await get('users'));
    expect(Object.keys(first ?? {})).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'id']));
    expect(Object.keys(second ?? {})).not.toContain('__proto__');
    v2.faults.set('settings', { kind: 'proto-keys' });
    expect((await get('settings')).body.toString()).toMatch(/^\{"__proto__":/);
  });

  it('puts in bytes that are no UTF-8', async () => {
    v2.faults.set('users', { kind: 'invalid-utf8' });
    const { body } = await get('users');
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow('not valid');
    expect(rowsOf({ status: 200, headers: {}, complete: true, body })).toHaveLength(30);
    v2.faults.set('stats', { kind: 'invalid-utf8' });
    expect((await get('stats')).body.includes(Buffer.from([0xc3, 0x28, 0xff]))).toBe(true);
  });

  it('puts in a lone surrogate', async () => {
    v2.faults.set('users', { kind: 'lone-surrogates' });
    const reply = await get('users');
    expect(reply.body.toString()).toContain('\\ud800');
    expect(
      Object.values(rowsOf(reply)[0] ?? {})
        .join('')
        .isWellFormed(),
    ).toBe(false);
  });

  it('makes rows bad, each in its own way, and leaves the others', async () => {
    const good = rowsOf(await get('paintings?limit=240'));
    const kinds = [
      'missing-id',
      'text-id',
      'huge-id',
      'negative-price',
      'infinite-price',
      'nan-price',
      'comma-price',
      'absurd-date',
      'long-text',
      'nul-character',
      'duplicate-id',
      'column-names',
    ] as const;
    v2.faults.set('paintings', { kind: 'bad-rows', rows: [...kinds], textBytes: 5_000 });
    const reply = await get('paintings?limit=240');
    const text = reply.body.toString();
    expect(text).toContain('"price":NaN');
    const rows = rowsOf({ ...reply, body: Buffer.from(text.replaceAll('NaN', '0')) });
    expect(rows).toHaveLength(240);
    const at = (kind: (typeof kinds)[number]) => rows[kinds.indexOf(kind) * 20 + 1] ?? {};
    expect(at('missing-id')).not.toHaveProperty('id');
    expect(at('text-id')['id']).toBe('douze');
    expect(text).toContain('"id":9007199254740993,');
    expect(at('negative-price')['price']).toBe(-12.5);
    expect(at('infinite-price')['price']).toBe(Infinity);
    expect(at('comma-price')['price']).toBe('12,50');
    expect(at('absurd-date')['year']).toBe('9999-99-99 99:99:99');
    expect(String(at('long-text')['name'])).toHaveLength(5_000);
    expect(at('nul-character')['name']).toContain('\u0000');
    expect(at('duplicate-id')['id']).toBe(rows[10 * 20]?.['id']);
    expect(at('column-names')).toMatchObject({ id: 'id', name: 'name', price: 'price', site_name: 'G' });
    const untouched = rows.filter((_, index) => index % 20 !== 1);
    expect(untouched).toEqual(good.filter((_, index) => index % 20 !== 1));
    expect(idsOf(await get('paintings?limit=20&offset=20'))).toEqual(
      good.slice(20, 40).map((row) => row['id']),
    );
  });
});

describe('a fault of paging', () => {
  it('repeats one row across pages, as an insertion does', async () => {
    v2.faults.set('paintings', { kind: 'duplicate-across-pages' });
    const ids = await allIds(100);
    expect(ids.length - new Set(ids).size).toBe(1);
    expect(ids[100]).toBe(ids[99]);
  });

  it('misses one row across pages, as a deletion does', async () => {
    v2.faults.set('paintings', { kind: 'missed-across-pages' });
    const ids = await allIds(100);
    expect([ids.length, new Set(ids).size]).toEqual([239, 239]);
  });

  it('ignores offset, ignores limit, caps the limit', async () => {
    v2.faults.set('paintings', { kind: 'ignore-offset' });
    expect(idsOf(await get('paintings?limit=9&offset=9'))).toEqual(idsOf(await get('paintings?limit=9')));
    v2.faults.set('paintings', { kind: 'ignore-limit' });
    expect(idsOf(await get('paintings?limit=9&offset=9'))).toHaveLength(240);
    v2.faults.set('paintings', { kind: 'cap-limit' });
    expect(objectOf(await get('paintings?limit=100'))).toMatchObject({ count: 50 });
    v2.faults.set('paintings', { kind: 'hidden-rows', rows: 200 });
    expect(idsOf(await get('paintings?limit=100'))).toEqual(idsOf(await get('paintings?limit=40')));
    expect(idsOf(await get('paintings?limit=9&offset=39'))).toHaveLength(1);
  });

  it('changes the order of equal dates from request to request', async () => {
    const plain = idsOf(await get('orders?limit=200'));
    v2.faults.set('orders', { kind: 'shuffled-ties' });
    const seen = new Set<string>();
    for (let call = 0; call < 40; call++) {
      const reply = await get('orders?limit=200');
      const dates = rowsOf(reply).map((row) => String(row['order_date']));
      expect(dates).toEqual(dates.toSorted().toReversed());
      expect(idsOf(reply).toSorted()).toEqual(plain.toSorted());
      seen.add(idsOf(reply).join());
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it('lies in its statistics', async () => {
    v2.faults.set('stats', { kind: 'stats-wrong', by: -5, counts: { users_count: 0 } });
    expect(objectOf(await get('stats'))).toMatchObject({ stats: { paintings_count: 235, users_count: 0 } });
  });
});

it('logs what it was asked, and that a key came, never the key', async () => {
  v2.forgetRequests();
  await get('users?limit=2');
  await ask(`${v2.url}/api/stripe-pk`);
  expect(v2.requests).toEqual([
    { method: 'GET', path: '/api/export/users?limit=2', at: expect.any(Date), hadKey: true },
    { method: 'GET', path: '/api/stripe-pk', at: expect.any(Date), hadKey: false },
  ]);
  expect(JSON.stringify(v2.requests)).not.toContain(apiKey);
});

describe('a site that drifts from its contract', () => {
  it('has fields more, fields less and fields of another type in every row', async () => {
    const good = rowsOf(await get('orders?limit=200'));
    v2.faults.set('orders', {
      kind: 'drift',
      adds: ['couleur', 'items[].cadeau'],
      drops: ['email'],
      retypes: ['id', 'status', 'items[].quantity'],
    });
    const rows = rowsOf(await get('orders?limit=200'));
    expect(rows).toHaveLength(200);
    for (const [index, row] of rows.entries()) {
      const { email: _email, ...rest } = good[index] ?? {};
      const items = Array.isArray(rest['items']) ? rest['items'] : [];
      expect(row).toEqual({
        ...rest,
        id: String(rest['id']),
        status: String(rest['status']).length,
        couleur: 'neuf',
        items: items.map((item) => ({ ...item, quantity: String(item.quantity), cadeau: 'neuf' })),
      });
    }
  });

  it('has them in answers of one object too', async () => {
    v2.faults.set('stats', { kind: 'drift', adds: ['stats.visits'], drops: ['stats.carts_count'] });
    const { stats } = objectOf(await get('stats'));
    expect(stats).toMatchObject({ visits: 'neuf' });
    expect(stats).not.toHaveProperty('carts_count');
  });
});
