/** The settings of the site, secrets included: all values are invented. */
export type Settings = Map<string, string>;

/** Settings whose value v1 masks. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'export_api_key',
  'stripe_secret_key',
  'smtp_password',
]);

export function makeSettings(name: string, apiKey: string): Settings {
  return new Map([
    ['enable_auto_registration', 'true'],
    ['dashboard_api_base', 'http://127.0.0.1:5900'],
    ['export_api_key', apiKey],
    ['stripe_secret_key', 'sk_test_FAKE'],
    ['stripe_publishable_key', 'pk_test_FAKE51Demo'],
    ['stripe_price_id', 'price_FAKE1Demo'],
    ['smtp_password', 'FAKE-smtp-pw'],
    ['site_name', name],
    ['saas_site_price_cache', '500'],
    ['enable_custom_orders', '0'],
  ]);
}
