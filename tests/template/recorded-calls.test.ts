import { describe, expect, it } from 'vitest';
import { FieldCensus } from '../../src/template/contract/field-census.ts';
import type { TemplateClient, TemplateSite } from '../../src/template/client.ts';
import { readAll, testClient } from './support/client.ts';
import { recorded, serve, serveRecorded, type TestServer } from './support/serve.ts';

const key = 'a-key';
const plain = (name: string, value: string) => ({ key: name, value, secret: false, isSet: true });
const secret = (name: string) => ({ key: name, value: null, secret: true, isSet: true });

async function siteOf(...fixtures: string[]): Promise<{ site: TemplateSite; server: TestServer }> {
  const server = await serveRecorded(...fixtures);
  return { site: { url: server.url, apiKey: key }, server };
}

describe('settings', () => {
  it.each([
    [
      'v1/settings',
      'V1',
      [
        plain('enable_auto_registration', 'true'),
        secret('export_api_key'),
        plain('dashboard_registered', 'true'),
        plain('dashboard_id', '7'),
        secret('stripe_secret_key'),
        secret('smtp_password'),
        plain('site_name', 'Galerie Martin'),
      ],
    ],
    [
      'v2/settings',
      'V2',
      [
        plain('dashboard_api_base', 'http://127.0.0.1:5900'),
        plain('enable_auto_registration', 'true'),
        plain('site_name', 'Galerie Martin'),
        secret('smtp_password'),
      ],
    ],
    [
      'v2/noauth_settings',
      'V2',
      [
        plain('dashboard_api_base', 'http://127.0.0.1:5900'),
        plain('enable_auto_registration', 'true'),
        plain('site_name', 'Galerie Martin'),
        secret('smtp_password'),
      ],
    ],
    [
      'v2/settings_masterkey_after',
      'V2',
      [
        plain('dashboard_api_base', 'http://127.0.0.1:5900'),
        plain('enable_auto_registration', 'true'),
        secret('export_api_key'),
        plain('saas_site_price_cache', '500'),
        plain('site_name', 'Galerie Martin'),
        secret('smtp_password'),
        plain('stripe_price_id', 'price_1A4Xc'),
        plain('stripe_publishable_key', 'pk_test_51H7gX_abc123'),
      ],
    ],
  ])('of %s come without any secret', async (fixture, generation, settings) => {
    const { site } = await siteOf(fixture);
    expect(await testClient().settings(site)).toEqual({
      generation,
      settings,
      issues: [],
      census: expect.any(FieldCensus),
      sentAt: expect.any(Date),
    });
  });
});

describe('stats', () => {
  it('of v1 count no users', async () => {
    const { site } = await siteOf('v1/stats');
    expect(await testClient().stats(site)).toEqual({
      stats: {
        paintings: 2,
        users: null,
        orders: 2,
        exhibitions: 1,
        customRequests: 1,
        deliveredOrders: 1,
        totalRevenue: '1589.9',
      },
      issues: [],
      census: expect.any(FieldCensus),
      sentAt: expect.any(Date),
    });
  });

  it('of v2 count everything', async () => {
    const { site } = await siteOf('v2/stats');
    expect((await testClient().stats(site)).stats).toEqual({
      paintings: 4,
      users: 2,
      orders: 2,
      exhibitions: 1,
      customRequests: 1,
      deliveredOrders: 1,
      totalRevenue: '1589.9',
    });
  });
});

describe('public settings', () => {
  it('are asked without the key', async () => {
    const { site, server } = await siteOf(
      'v2/get_pk_ok',
      'v2/get_price',
      'v2/get_stripe_pk',
      'v2/template_config',
    );
    const client = testClient();
    expect(await client.publishableKey(site)).toBe('pk_test_51H7gX_abc123');
    expect(await client.priceId(site)).toBe('price_1A4Xc');
    expect(await client.stripePublishableKey(site)).toBe('pk_test_51H7gX_abc123');
    expect(await client.templateConfig(site)).toEqual({
      siteName: 'Galerie Martin',
      siteLogo: null,
      price: '500',
      options: [{ key: 'enable_custom_orders', value: '0' }],
    });
    expect(server.asked.map((asked) => asked.headers['x-api-key'])).toEqual(Array(4).fill(undefined));
  });

  it('that a v2 site does not have are null; v1 has another address for its publishable key', async () => {
    const v2 = await siteOf('v2/get_pk_404');
    expect(await testClient().publishableKey(v2.site)).toBe(null);
    const v1 = await siteOf('v1/get_pk', 'v1/stripe_pk');
    await expect(testClient().publishableKey(v1.site)).rejects.toMatchObject({
      code: 'UNEXPECTED_STATUS',
      status: 405,
    });
    expect(await testClient().stripePublishableKey(v1.site)).toBe('nope');
  });

  it('never let a secret key pass as a publishable one', async () => {
    const server = await serve((_request, response) => {
      response.end('{"success": true, "publishable_key": "sk_live_abcdef"}');
    });
    const failure = testClient().stripePublishableKey({ url: server.url, apiKey: key });
    await expect(failure).rejects.toMatchObject({ code: 'WRONG_SHAPE', where: 'publishable_key' });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('sk_live') });
  });
});

describe('writing a setting', () => {
  it.each([
    ['v1/put_any_ok', 'site_name', 'Galerie Été'],
    ['v1/put_any_unknown', 'foo', 'bar'],
    ['v1/put_pk_ok', 'stripe_publishable_key', 'pk_test_51H7gX_abc123'],
    ['v1/put_pk_badfmt', 'stripe_publishable_key', 'nope'],
    ['v2/put_any_ok', 'saas_site_price_cache', '500'],
    ['v2/put_pk_ok', 'stripe_publishable_key', 'pk_test_51H7gX_abc123'],
    ['v2/put_price_ok', 'stripe_price_id', 'price_1A4Xc'],
  ])('succeeds as %s was answered', async (fixture, name, value) => {
    const { site, server } = await siteOf(fixture);
    await testClient().putSetting(site, name, value);
    expect(server.asked).toMatchObject([
      { method: 'PUT', url: `/api/export/settings/${name}`, headers: { 'x-api-key': key } },
    ]);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ value });
  });

  it.each([
    ['v2/put_pk_badfmt', { code: 'SETTING_REJECTED', reason: 'invalid_publishable_format' }],
    ['v2/put_pk_missing', { code: 'SETTING_REJECTED', reason: 'missing_value' }],
    ['v2/put_any_missing', { code: 'SETTING_REJECTED', reason: 'missing_value' }],
    ['v2/put_pk_badkey', { code: 'KEY_REFUSED', status: 403 }],
    ['v2/put_pk_noauth', { code: 'KEY_REFUSED', status: 401 }],
    ['v2/put_pk_nojson', { code: 'SERVER_ERROR', status: 500 }],
  ])('fails as %s was answered', async (fixture, failure) => {
    const { site } = await siteOf(fixture);
    const name = recorded(fixture).request.split('/').at(-1) ?? '';
    await expect(testClient().putSetting(site, name, 'a value')).rejects.toMatchObject(failure);
  });

  it("sends the site's new key, the one secret it may", async () => {
    const server = await serve((_request, response) => response.end('{"ok": true, "key": "export_api_key"}'));
    await testClient().putSetting({ url: server.url, apiKey: key }, 'export_api_key', 'a-new-key');
    expect(server.asked[0]?.body).toBe('{"value":"a-new-key"}');
  });

  it.each([
    ['stripe_secret_key', 'sk_test_x', 'SECRET_KEY'],
    ['STRIPE_SECRET_KEY', 'x', 'SECRET_KEY'],
    ['smtp_password', 'x', 'SECRET_KEY'],
    ['stripe_publishable_key', 'sk_live_x', 'SECRET_VALUE'],
    ['site_name', '***MASKED***', 'MASKED_VALUE'],
    ['export_api_key', '***MASKED***', 'MASKED_VALUE'],
    ['..', 'x', 'UNUSABLE_KEY'],
    ['', 'x', 'UNUSABLE_KEY'],
  ])('never sends %s = %s', async (name, value, reason) => {
    const server = await serve((_request, response) => response.end('{"ok": true}'));
    const failure = testClient().putSetting({ url: server.url, apiKey: key }, name, value);
    await expect(failure).rejects.toMatchObject({ code: 'SETTING_NOT_SENT', reason });
    expect(server.asked).toEqual([]);
  });

  it('keeps a name with slashes within its one place of the path', async () => {
    const server = await serve((_request, response) => response.end('{"ok": true}'));
    await testClient().putSetting({ url: server.url, apiKey: key }, '../a/b?c', 'x');
    expect(server.asked[0]?.url).toBe('/api/export/settings/..%2Fa%2Fb%3Fc');
  });

  it('takes an answer that does not say it was done for a failure', async () => {
    const server = await serve((_request, response) => response.end('{"success": false}'));
    await expect(
      testClient().putSetting({ url: server.url, apiKey: key }, 'site_name', 'x'),
    ).rejects.toMatchObject({ code: 'WRONG_SHAPE' });
  });
});

describe('refusals, as they were recorded', () => {
  const paintings = (client: TemplateClient, site: TemplateSite) => readAll(client.list(site, 'paintings'));
  const calls: Record<string, (client: TemplateClient, site: TemplateSite) => Promise<unknown>> = {
    paintings,
    users: (client, site) => readAll(client.list(site, 'users')),
    orders: (client, site) => readAll(client.list(site, 'orders')),
    exhibitions: (client, site) => readAll(client.list(site, 'exhibitions')),
    'custom-requests': (client, site) => readAll(client.list(site, 'customRequests')),
    full: (client, site) => readAll(client.fullTable(site, 'custom_requests')),
    stats: (client, site) => client.stats(site),
  };

  it.each([
    ['v1/badkey_paintings', 403],
    ['v1/noauth_paintings', 401],
    ['v2/badkey_paintings', 401],
    ['v2/noauth_paintings', 401],
    ['v2/noauth_users', 401],
    ['v2/noauth_orders', 401],
    ['v2/noauth_exhibitions', 401],
    ['v2/noauth_custom-requests', 401],
    ['v2/noauth_full', 401],
    ['v2/noauth_stats', 401],
  ])('%s means that the key is refused', async (fixture, status) => {
    const { site } = await siteOf(fixture);
    const call = calls[fixture.split('_')[1] ?? ''] ?? paintings;
    const path = recorded(fixture).request.slice(4);
    await expect(call(testClient(), site)).rejects.toMatchObject({
      name: 'KeyRefusedError',
      code: 'KEY_REFUSED',
      status,
      path,
      message: expect.stringContaining(`GET ${path}: expected status 200, got ${status}`),
    });
  });

  it.each([
    ['v2/page_limit_neg', { code: 'SERVER_ERROR', status: 500 }],
    ['v2/unknown', { code: 'NOT_FOUND', status: 404 }],
    ['v2/get_sk', { code: 'NOT_FOUND', status: 404 }],
    ['v2/apikey_anon', { code: 'REDIRECTED', status: 302, targetOrigin: null }],
  ])('%s has its own class whatever was asked', async (fixture, failure) => {
    const answer = recorded(fixture);
    const server = await serve((_request, response) => {
      response.writeHead(answer.status).end(JSON.stringify(answer.body));
    });
    await expect(paintings(testClient(), { url: server.url, apiKey: key })).rejects.toMatchObject(failure);
  });

  it.each(['v2/put_sk_ok', 'v2/put_sk_badfmt'])(
    '%s is never asked for: a secret key is not sent',
    async (fixture) => {
      const { site, server } = await siteOf(fixture);
      await expect(testClient().putSetting(site, 'stripe_secret_key', 'sk_test_x')).rejects.toMatchObject({
        code: 'SETTING_NOT_SENT',
      });
      expect(server.asked).toEqual([]);
    },
  );
});
