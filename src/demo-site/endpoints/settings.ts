import { json, methodNotAllowedPage, type Answer } from '../answer.ts';
import { isRow, type JsonValue } from '../rows/json.ts';
import { SECRET_SETTINGS } from '../settings.ts';
import { checkKey, checkStripeKey } from './check-key.ts';
import type { Handler, Site, SiteRequest } from './site.ts';

/** Settings with a route of their own in v2. */
const STRIPE_SETTINGS: Readonly<
  Record<string, { format: RegExp; fault: string; answered?: string; saved: string }>
> = {
  stripe_publishable_key: {
    format: /^pk_(test|live)_[A-Za-z0-9_-]+$/,
    fault: 'invalid_publishable_format',
    answered: 'publishable_key',
    saved: 'stripe_publishable_key mis à jour',
  },
  stripe_price_id: {
    format: /^(price_)?[A-Za-z0-9_]+$/,
    fault: 'invalid_price_id_format',
    answered: 'price_id',
    saved: 'stripe_price_id mis à jour',
  },
  stripe_secret_key: {
    format: /^sk_(test|live)_[A-Za-z0-9_-]+$/,
    fault: 'invalid_secret_format',
    saved: 'secret_saved',
  },
};

/** `GET /api/export/settings`: a masked list in v1, an open book in v2. */
export const exportSettings: Handler = (site, request) => {
  if (site.gallery.generation === 'v2') {
    const shown = [...site.settings].filter(([key]) => key !== 'stripe_secret_key');
    return json(200, Object.fromEntries(shown));
  }
  const data = [...site.settings].map(([key, value], index) => {
    return { id: index + 1, key, value: SECRET_SETTINGS.has(key) ? '***MASKED***' : value };
  });
  return checkKey(site, request) ?? json(200, { count: data.length, data, success: true });
};

/** `GET /api/export/settings/<key>`: only v2, and only for the Stripe settings. */
export const getSetting: Handler = (site, { name }) => {
  const stripe = STRIPE_SETTINGS[name];
  if (site.gallery.generation === 'v1' || !stripe) return methodNotAllowedPage('OPTIONS, PUT');
  if (stripe.answered === undefined) return json(404, { error: 'not_found' });
  const value = site.settings.get(name);
  if (value === undefined) return json(404, { error: 'not_found', success: false });
  return json(200, { [stripe.answered]: value, success: true });
};

/** `PUT /api/export/settings/<key>` with `{"value": …}`. */
export const putSetting: Handler = async (site, request) => {
  const isV1 = site.gallery.generation === 'v1';
  const stripe = STRIPE_SETTINGS[request.name];
  const refusal = stripe ? checkStripeKey(site, request) : checkKey(site, request);
  if (refusal) return refusal;

  const body = await readJson(request);
  if (body === undefined) {
    const error =
      '400 Bad Request: The browser (or proxy) sent a request that this server could not understand.';
    return json(500, { error, success: false });
  }
  const value = isRow(body) ? body['value'] : undefined;
  if (value === undefined || value === null || (stripe && value === '')) {
    return stripe || isV1
      ? json(400, { error: 'Valeur manquante', success: false })
      : json(400, { error: 'Missing value' });
  }
  return saveSetting(site, request.name, typeof value === 'string' ? value : JSON.stringify(value));
};

function saveSetting(site: Site, name: string, value: string): Answer {
  const isV1 = site.gallery.generation === 'v1';
  const stripe = STRIPE_SETTINGS[name];
  if (stripe && !isV1 && !stripe.format.test(value))
    return json(400, { error: stripe.fault, success: false });
  site.settings.set(name, value);
  if (stripe) return json(200, { message: stripe.saved, success: true });
  return isV1
    ? json(200, { message: `Paramètre ${name} mis à jour`, success: true })
    : json(200, { key: name, ok: true });
}

/** The body as Flask reads it: JSON that is called JSON, or nothing. */
async function readJson(request: SiteRequest): Promise<JsonValue | undefined> {
  const body = await request.readBody();
  if (!/^application\/(json|[\w.+-]+\+json)\b/i.test(request.contentType)) return undefined;
  try {
    const parsed: JsonValue = JSON.parse(body.toString());
    return parsed;
  } catch {
    return undefined;
  }
}

/** `GET /api/stripe-pk`, public. */
export const stripePk: Handler = (site) => {
  const key = site.settings.get('stripe_publishable_key');
  if (key === undefined) return json(404, { error: 'not_found', success: false });
  return json(200, { publishable_key: key, success: true });
};

/** `GET /api/template/config`, public. */
export const templateConfig: Handler = (site) => {
  const cached = Number(site.settings.get('saas_site_price_cache'));
  const price = Number.isFinite(cached) ? cached : 500;
  return json(200, {
    options: { enable_custom_orders: site.settings.get('enable_custom_orders') ?? '0' },
    price,
    site_logo: null,
    site_name: site.settings.get('site_name') ?? site.gallery.name,
  });
};
