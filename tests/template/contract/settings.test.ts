import { describe, expect, it } from 'vitest';
import { validateSetting } from '../../../src/template/contract/setting.ts';
import { validateStats } from '../../../src/template/contract/stats.ts';
import { testClient } from '../support/client.ts';
import { serveText } from '../support/serve.ts';

describe('a setting', () => {
  it.each([
    'stripe_secret_key',
    'STRIPE_SECRET_KEY',
    'smtp_password',
    'smtp_pass',
    'export_api_key',
    'apiKey',
    'mailer_token',
    'private_note',
    'stripe_webhook',
    'mot_de_passe',
    'deepl_key',
  ])('named %s is a secret: whether it is set is kept, its value is not', (key) => {
    const { record } = validateSetting({ key, value: 'the value' });
    expect(record).toEqual({ key, value: null, secret: true, isSet: true });
    expect(validateSetting({ key, value: '' }).record).toEqual({
      key,
      value: null,
      secret: true,
      isSet: false,
    });
  });

  it.each([
    '***MASKED***',
    'sk_live_abc',
    'sk_test_abc',
    'rk_live_abc',
    'whsec_abc',
    '{"stripe": "sk_live_abc"}',
    'postgres://me:secret@db.example/x',
    '-----BEGIN PRIVATE KEY-----',
  ])('of the value %s is a secret whatever its name', (value) => {
    const result = validateSetting({ key: 'site_note', value });
    expect(result.record).toEqual({ key: 'site_note', value: null, secret: true, isSet: true });
  });

  it.each([
    ['stripe_publishable_key', 'pk_test_51H7gX_abc123', 'pk_test_51H7gX_abc123'],
    ['site_name', 'Galerie Martin', 'Galerie Martin'],
    ['dashboard_api_base', 'http://127.0.0.1:5900', 'http://127.0.0.1:5900'],
    ['home', 'https://example.com/a:b@c', 'https://example.com/a:b@c'],
    ['note', 'risk_taker', 'risk_taker'],
    ['saas_site_price_cache', 500, '500'],
    ['enable_custom_orders', true, 'true'],
    ['site_logo', null, null],
    ['site_logo', '', null],
    ['__proto__', 'x', 'x'],
  ])('%s = %j is public', (key, value, kept) => {
    expect(validateSetting({ key, value }).record).toEqual({
      key,
      value: kept,
      secret: false,
      isSet: kept !== null,
    });
  });

  it.each([
    [{ key: 'smtp_password', value: 'x\0' }, 'smtp_password', 'TEXT_NOT_STORABLE'],
    [{ key: 'a', value: { b: 1 } }, 'a', 'TEXT_NOT_TEXT'],
    [{ key: '', value: 'x' }, null, 'TEXT_MISSING'],
    [{ value: 'x' }, null, 'TEXT_MISSING'],
    [{ key: 'x'.repeat(201), value: 'x' }, null, 'TEXT_TOO_LONG'],
    ['x', null, 'NOT_AN_OBJECT'],
  ])('%j is an error', (raw, key, code) => {
    const result = validateSetting(raw);
    expect(result).toMatchObject({ key, record: null, issues: [{ code, severity: 'ERROR' }] });
    expect(JSON.stringify(result.issues)).not.toContain('x\\');
  });
});

describe('the settings of a site', () => {
  const settingsOf = async (body: string) => {
    const { url } = await serveText(body);
    return testClient().settings({ url, apiKey: 'a-key' });
  };

  it('name each key once, the later value, and tell what could not be read', async () => {
    const rows = [
      { id: 1, key: 'a', value: '1' },
      { id: 2, key: 'a', value: '2' },
      { id: 3, value: 'x' },
    ];
    const { settings, issues, generation } = await settingsOf(JSON.stringify({ success: true, data: rows }));
    expect(generation).toBe('V1');
    expect(settings).toEqual([{ key: 'a', value: '2', secret: false, isSet: true }]);
    expect(issues.map(({ record, path, code }) => `${record} ${path} ${code}`)).toEqual([
      'a key SETTING_REPEATED',
      '@2 key TEXT_MISSING',
    ]);
  });

  it('of v2 may have any names, even those of JavaScript', async () => {
    const { settings, generation } = await settingsOf('{"__proto__": "x", "constructor": "y", "data": "z"}');
    expect(generation).toBe('V2');
    expect(settings.map(({ key, value }) => [key, value])).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['data', 'z'],
    ]);
  });

  it('may be none', async () => {
    expect(await settingsOf('{}')).toMatchObject({ generation: 'V2', settings: [] });
    expect(await settingsOf('{"success": true, "count": 0, "data": []}')).toMatchObject({ generation: 'V1' });
  });
});

describe("a site's figures", () => {
  it('that cannot be read are unknown, each with a warning, and the others stay', () => {
    const { record, issues } = validateStats({
      paintings_count: '4',
      users_count: -1,
      orders_count: 2,
      exhibitions_count: null,
      custom_requests_count: 2 ** 31,
      total_revenue: 'NaN',
    });
    expect(record).toEqual({
      paintings: null,
      users: null,
      orders: 2,
      exhibitions: null,
      customRequests: null,
      deliveredOrders: null,
      totalRevenue: null,
    });
    expect(issues.map(({ path, code, severity }) => `${severity} ${path} ${code}`)).toEqual([
      'WARNING paintings_count FIGURE_UNREADABLE',
      'WARNING users_count FIGURE_UNREADABLE',
      'WARNING custom_requests_count FIGURE_UNREADABLE',
      'WARNING total_revenue FIGURE_UNREADABLE',
    ]);
  });
});
