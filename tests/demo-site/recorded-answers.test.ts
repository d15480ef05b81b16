import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoSite, type DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { ask, objectOf, rowsOf, type Ask } from './ask.ts';

// What recorded sites answered, written down as columns and kinds of value.
const text = expect.any(String);
const number = expect.any(Number);
const orNull = (column: string) =>
  expect.toSatisfy((value) => value === null || typeof value === 'string', column);
const flag = expect.toSatisfy((value) => value === 0 || value === 1);
const nothing = null;

const V1_STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
const V2_STAMP = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00$/);
const DAY = expect.stringMatching(/^\d{4}-\d\d-\d\d$/);
const userId = expect.toSatisfy((value) => value === null || Number.isInteger(value));

const everyPaintingColumn = {
  category: orNull('category'),
  certificate: flag,
  description: orNull('description'),
  description_long: orNull('description_long'),
  dimensions: orNull('dimensions'),
  display_order: number,
  framed: flag,
  id: number,
  image: text,
  image_2: orNull('image_2'),
  image_3: nothing,
  image_4: nothing,
  name: text,
  price: number,
  quantity: number,
  status: text,
  technique: orNull('technique'),
  unique_piece: flag,
  weight: orNull('weight'),
  year: orNull('year'),
};
const everyExhibitionColumn = {
  contact_info: nothing,
  date: DAY,
  description: orNull('description'),
  end_time: orNull('end_time'),
  entry_price: nothing,
  id: number,
  image: nothing,
  location: text,
  organizer: nothing,
  start_time: orNull('start_time'),
  title: text,
  venue_details: nothing,
};
const everyRequestColumn = {
  admin_notes: nothing,
  budget: text,
  client_email: text,
  client_name: text,
  client_phone: nothing,
  deadline: nothing,
  description: text,
  dimensions: nothing,
  id: number,
  project_type: text,
  reference_images: nothing,
  status: text,
};
const tableOrder = {
  address: text,
  customer_name: text,
  email: text,
  id: number,
  status: text,
  total_price: number,
  user_id: userId,
};
const orderItem = { id: number, order_id: number, painting_id: number, price: number, quantity: number };
const label = { image: orNull('image'), name: orNull('name') };

const rows = {
  v1: {
    paintings: { ...everyPaintingColumn, create_date: V1_STAMP },
    users: {
      accepts_marketing: flag,
      address: orNull('address'),
      birth_date: orNull('birth_date'),
      city: orNull('city'),
      country: text,
      create_date: V1_STAMP,
      email: text,
      id: number,
      name: text,
      phone: orNull('phone'),
      postal_code: orNull('postal_code'),
      role: orNull('role'),
    },
    orders: { ...tableOrder, order_date: V1_STAMP, items: expect.any(Array) },
    exhibitions: { ...everyExhibitionColumn, create_date: V1_STAMP },
    'custom-requests': { ...everyRequestColumn, created_at: V1_STAMP },
  },
  v2: {
    paintings: {
      category: orNull('category'),
      display_order: number,
      id: number,
      image: text,
      name: text,
      price: number,
      quantity: number,
      site_name: 'Galerie Martin',
      status: text,
      technique: orNull('technique'),
      year: orNull('year'),
    },
    users: {
      create_date: V2_STAMP,
      email: text,
      id: number,
      name: text,
      role: orNull('role'),
      site_name: 'Galerie Martin',
    },
    orders: {
      customer_name: text,
      email: text,
      id: number,
      items: expect.any(Array),
      order_date: V2_STAMP,
      site_name: 'Galerie Martin',
      status: text,
      total_price: number,
    },
    exhibitions: {
      date: DAY,
      description: orNull('description'),
      end_time: orNull('end_time'),
      id: number,
      location: text,
      site_name: 'Galerie Martin',
      start_time: orNull('start_time'),
      title: text,
    },
    'custom-requests': {
      client_name: 'client_name',
      created_at: 'created_at',
      description: 'description',
      id: 'id',
      site_name: 'Galerie Martin',
      status: 'status',
    },
  },
};
const itemOf = {
  v1: { ...orderItem, ...label },
  v2: { painting_id: number, price: number, quantity: number, ...label },
};
const NO_COUNT = ['exhibitions', 'custom-requests'];
const LISTS = ['paintings', 'users', 'orders', 'exhibitions', 'custom-requests'] as const;
const KEY = 'a-key-for-tests';

describe.each(['v1', 'v2'] as const)('a %s site', (generation) => {
  let site: DemoSite;
  const get = (path: string, options: Ask = { key: KEY }) => ask(site.url + path, options);
  const put = (setting: string, options: Ask) =>
    get(`/api/export/settings/${setting}`, { method: 'PUT', ...options });
  const is = <Value>(values: Record<'v1' | 'v2', Value>) => values[generation];

  beforeAll(async () => {
    const counts = { paintings: 60, users: 40, orders: 50, exhibitions: 12, customRequests: 5 };
    site = await startDemoSite({ generation, name: 'Galerie Martin', apiKey: KEY, counts });
  });
  afterAll(() => site.stop());

  it.each(LISTS)('answers %s in the recorded envelope, with the recorded columns', async (list) => {
    const reply = await get(`/api/export/${list}?limit=1000`);
    const answered = rowsOf(reply);
    const counted = NO_COUNT.includes(list) ? {} : { count: answered.length };
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(objectOf(reply)).toEqual(
      is<object>({
        v1: { count: answered.length, data: answered, success: true },
        v2: { ...counted, [list.replace('-', '_')]: answered },
      }),
    );
    expect(answered.length).toBeGreaterThan(0);
    for (const row of answered) expect(row).toEqual(rows[generation][list]);
  });

  it('answers the items of orders with the recorded columns, some of a deleted painting', async () => {
    const items = rowsOf(await get('/api/export/orders?limit=1000')).flatMap((order) => order['items']);
    for (const item of items) expect(item).toEqual(itemOf[generation]);
    expect(items).toContainEqual(expect.objectContaining({ name: null, image: null }));
    expect(items).toContainEqual(expect.objectContaining({ image: expect.stringContaining('Images/') }));
  });

  it('answers floats the way Python writes them', async () => {
    const { body } = await get('/api/export/paintings');
    expect(body.toString()).toMatch(/"price":\d+\.0[,}]/);
    expect(body.toString()).not.toMatch(/"price":\d+[,}]/);
  });

  it('refuses a read without the key, and with another, as recorded', async () => {
    const paths = [...LISTS, 'stats', 'full', ...is({ v1: ['settings'], v2: [] })];
    for (const path of paths) {
      const [without, wrong] = await Promise.all([
        get(`/api/export/${path}`, {}),
        get(`/api/export/${path}`, { key: 'another' }),
      ]);
      expect([without.status, objectOf(without), wrong.status, objectOf(wrong)]).toEqual(
        is<unknown[]>({
          v1: [401, { error: 'API key manquante' }, 403, { error: 'Clé API invalide' }],
          v2: [
            401,
            { error: 'invalid_api_key', success: false },
            401,
            { error: 'invalid_api_key', success: false },
          ],
        }),
      );
    }
  });

  it('counts in its statistics what its lists hold', async () => {
    const counts = {
      cart_items_count: 0,
      carts_count: 1,
      custom_requests_count: 5,
      exhibitions_count: 12,
      notifications_count: 5,
      orders_count: 50,
      paintings_count: 60,
      saas_sites_count: 0,
      settings_count: site.settings.size,
      order_items_count: number,
      delivered_orders: number,
      total_revenue: number,
    };
    expect(objectOf(await get('/api/export/stats'))).toEqual({
      stats: is<object>({ v1: counts, v2: { ...counts, users_count: 40, stripe_events_count: 0 } }),
      success: true,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
    });
  });

  it('exports every table, secrets included', async () => {
    const full = objectOf(await get('/api/export/full'));
    const stamp = is({ v1: V1_STAMP, v2: V2_STAMP });
    const tables: Record<string, object> = {
      cart_items: {},
      carts: { id: 1, session_id: text, user_id: 1 },
      custom_requests: { ...everyRequestColumn, created_at: stamp },
      exhibitions: { ...everyExhibitionColumn, create_date: stamp },
      notifications: {
        created_at: stamp,
        id: number,
        is_read: 0,
        message: text,
        type: 'custom_request',
        url: text,
        user_id: null,
      },
      order_items: orderItem,
      orders: { ...tableOrder, order_date: stamp },
      paintings: { ...everyPaintingColumn, create_date: stamp },
      saas_sites: {},
      settings: { id: number, key: text, value: text },
    };
    if (generation === 'v2') {
      tables['stripe_events'] = {};
      tables['users'] = {
        create_date: stamp,
        email: text,
        id: number,
        name: text,
        password: 'pbkdf2:FAKE',
        role: orNull('role'),
      };
    }
    expect(full).toEqual({
      data: expect.any(Object),
      success: true,
      tables_count: is({ v1: 10, v2: 12 }),
      timestamp: text,
      total_records: number,
    });
    const data: Record<string, object[]> = Object.fromEntries(Object.entries(Object(full['data'])));
    expect(Object.keys(data)).toEqual(Object.keys(tables).toSorted());
    for (const [name, found] of Object.entries(data))
      for (const row of found) expect(row).toEqual(tables[name]);
    expect(Object.values(data).flat()).toHaveLength(Number(full['total_records']));
    expect(data['custom_requests']).toHaveLength(5);
    expect(data['settings']).toContainEqual({ id: number, key: 'stripe_secret_key', value: 'sk_test_FAKE' });
  });

  it('checks the keys of a setting that is written, as recorded', async () => {
    const json = { value: 'pk_test_1' };
    const without = await put('stripe_publishable_key', { json });
    const wrong = await put('stripe_publishable_key', { json, key: 'another' });
    const told = is<object>({ v1: {}, v2: { success: false } });
    expect([without.status, objectOf(without)]).toEqual([401, { error: 'API key manquante', ...told }]);
    expect([wrong.status, objectOf(wrong)]).toEqual([403, { error: 'Clé API invalide', ...told }]);
  });

  it('writes the Stripe settings, checking their form in v2 only', async () => {
    const key = KEY;
    const good = await put('stripe_publishable_key', { key, json: { value: 'pk_test_51H7gX_abc123' } });
    expect([good.status, objectOf(good)]).toEqual([
      200,
      { message: 'stripe_publishable_key mis à jour', success: true },
    ]);
    expect(objectOf(await get('/api/stripe-pk', {}))).toEqual({
      publishable_key: 'pk_test_51H7gX_abc123',
      success: true,
    });

    const price = await put('stripe_price_id', { key, json: { value: 'price_1A4Xc' } });
    expect([price.status, objectOf(price)]).toEqual([
      200,
      { message: 'stripe_price_id mis à jour', success: true },
    ]);

    const bad = await put('stripe_publishable_key', { key, json: { value: 'nope' } });
    const badPrice = await put('stripe_price_id', { key, json: { value: 'price 1' } });
    expect([bad.status, badPrice.status]).toEqual(is({ v1: [200, 200], v2: [400, 400] }));
    expect(objectOf(bad)).toEqual(
      is<object>({
        v1: { message: 'stripe_publishable_key mis à jour', success: true },
        v2: { error: 'invalid_publishable_format', success: false },
      }),
    );

    const missing = await put('stripe_publishable_key', { key, json: {} });
    expect([missing.status, objectOf(missing)]).toEqual([400, { error: 'Valeur manquante', success: false }]);
    const noJson = await put('stripe_publishable_key', { key, body: 'nope' });
    expect([noJson.status, objectOf(noJson)]).toEqual([
      500,
      { error: expect.stringMatching(/^400 Bad Request/), success: false },
    ]);
  });

  it('writes any other setting, known or not', async () => {
    const reply = await put('foo', { key: KEY, json: { value: 'bar' } });
    expect([reply.status, objectOf(reply)]).toEqual([
      200,
      is<object>({
        v1: { message: 'Paramètre foo mis à jour', success: true },
        v2: { key: 'foo', ok: true },
      }),
    ]);
    expect(site.settings.get('foo')).toBe('bar');
    const missing = await put('foo', { key: KEY, json: {} });
    expect(missing.status).toBe(400);
    expect(objectOf(missing)).toEqual(
      is<object>({ v1: { error: 'Valeur manquante', success: false }, v2: { error: 'Missing value' } }),
    );
  });

  it('takes a new key when its setting export_api_key is written with the old one', async () => {
    expect((await put('export_api_key', { key: KEY, json: { value: 'new-key' } })).status).toBe(200);
    expect((await get('/api/export/users', { key: 'new-key' })).status).toBe(200);
    expect((await get('/api/export/users')).status).toBe(is({ v1: 403, v2: 401 }));
    expect(site.apiKey).toBe('new-key');
    await put('export_api_key', { key: 'new-key', json: { value: KEY } });
  });

  it('answers its public configuration', async () => {
    expect(objectOf(await get('/api/template/config', {}))).toEqual({
      options: { enable_custom_orders: '0' },
      price: 500,
      site_logo: null,
      site_name: 'Galerie Martin',
    });
  });

  it('takes a picture, and answers 400 without one', async () => {
    const form =
      '--x\r\nContent-Disposition: form-data; name="file"; filename="new.png"\r\nContent-Type: image/png\r\n\r\nabc\r\n--x--\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const good = await get('/api/upload/image', { method: 'POST', key: KEY, headers, body: form });
    expect([good.status, objectOf(good)]).toEqual([
      200,
      { filename: 'new.png', message: 'Image uploadée avec succès', path: 'Images/new.png', success: true },
    ]);
    const bad = await get('/api/upload/image', { method: 'POST', key: KEY, headers, body: '--x--\r\n' });
    expect([bad.status, objectOf(bad)]).toEqual([400, { error: 'Aucun fichier', success: false }]);
  });

  it('answers an unknown path with the page of Flask, and sends the admin pages home', async () => {
    const unknown = await get('/api/export/nope');
    expect(unknown.status).toBe(404);
    expect(unknown.body.toString()).toMatch(
      /^<!doctype html>\n<html lang=en>\n<title>404 Not Found<\/title>\n<h1>Not Found/,
    );
    const admin = await get('/api/export/api-key', {});
    expect([admin.status, admin.headers.location]).toEqual([302, '/']);
  });

  it('shows pictures of its own making, and a home page with some', async () => {
    const [first, again, other] = await Promise.all(
      ['a.webp', 'a.webp', 'b%C3%A9.webp'].map((name) => get(`/static/Images/${name}`, {})),
    );
    expect([first?.status, first?.headers['content-type']]).toEqual([200, 'image/png']);
    expect(first?.body.subarray(1, 4).toString()).toBe('PNG');
    expect(first?.body).toEqual(again?.body);
    expect(first?.body).not.toEqual(other?.body);
    const home = await get('/', {});
    expect(home.headers['content-type']).toMatch('text/html');
    expect(home.body.toString()).toContain('<h1>Galerie Martin</h1>');
    expect(home.body.toString()).toContain('/static/Images/');
  });
});

describe('the settings that a key or nobody needs', () => {
  const apiKey = KEY;

  it('are a masked list in v1, which has no single ones to read', async () => {
    const site = await startDemoSite({ generation: 'v1', name: 'Galerie Martin', apiKey });
    const reply = await ask(`${site.url}/api/export/settings`, { key: KEY });
    const settings = rowsOf(reply);
    expect(objectOf(reply)).toEqual({ count: site.settings.size, data: settings, success: true });
    for (const setting of settings) expect(setting).toEqual({ id: number, key: text, value: text });
    for (const secret of ['export_api_key', 'stripe_secret_key', 'smtp_password']) {
      expect(settings).toContainEqual({ id: number, key: secret, value: '***MASKED***' });
    }
    expect(settings).toContainEqual({ id: number, key: 'site_name', value: 'Galerie Martin' });
    const single = await ask(`${site.url}/api/export/settings/stripe_publishable_key`, { key: KEY });
    expect(single.status).toBe(405);
    expect(single.body.toString()).toMatch(
      /^<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed<\/title>/,
    );
    await site.stop();
  });

  it('are an open book in v2, but for the Stripe secret key', async () => {
    const site = await startDemoSite({ generation: 'v2', name: 'Galerie Martin', apiKey });
    const open = objectOf(await ask(`${site.url}/api/export/settings`));
    expect(open).toMatchObject({
      smtp_password: 'FAKE-smtp-pw',
      export_api_key: KEY,
      site_name: 'Galerie Martin',
    });
    expect(open).not.toHaveProperty('stripe_secret_key');

    const single = async (name: string) => {
      const reply = await ask(`${site.url}/api/export/settings/${name}`);
      return [reply.status, objectOf(reply)];
    };
    expect(await single('stripe_publishable_key')).toEqual([
      200,
      { publishable_key: 'pk_test_FAKE51Demo', success: true },
    ]);
    expect(await single('stripe_price_id')).toEqual([200, { price_id: 'price_FAKE1Demo', success: true }]);
    expect(await single('stripe_secret_key')).toEqual([404, { error: 'not_found' }]);
    site.settings.delete('stripe_publishable_key');
    expect(await single('stripe_publishable_key')).toEqual([404, { error: 'not_found', success: false }]);

    const key = { key: KEY, method: 'PUT' };
    const bad = await ask(`${site.url}/api/export/settings/stripe_secret_key`, {
      ...key,
      json: { value: 'nope' },
    });
    expect([bad.status, objectOf(bad)]).toEqual([400, { error: 'invalid_secret_format', success: false }]);
    const good = await ask(`${site.url}/api/export/settings/stripe_secret_key`, {
      ...key,
      json: { value: 'sk_test_1' },
    });
    expect([good.status, objectOf(good)]).toEqual([200, { message: 'secret_saved', success: true }]);
    await site.stop();
  });
});
