import { json, type Answer } from '../answer.ts';
import type { Generation } from '../records/record.ts';
import type { Site, SiteRequest } from './site.ts';

/** How a read answers a key that is not the site's. */
export function keyRefused(generation: Generation): Answer {
  return generation === 'v1'
    ? json(403, { error: 'Clé API invalide' })
    : json(401, { error: 'invalid_api_key', success: false });
}

/** Nothing when the key is right, else the refusal; v2 does not tell a wrong key from none. */
export function checkKey(site: Site, request: SiteRequest): Answer | undefined {
  if (request.key === site.settings.get('export_api_key')) return undefined;
  const isV1 = site.gallery.generation === 'v1';
  if (isV1 && request.key === undefined) return json(401, { error: 'API key manquante' });
  return keyRefused(site.gallery.generation);
}

/** The Stripe settings have a check of their own, which does tell. */
export function checkStripeKey(site: Site, request: SiteRequest): Answer | undefined {
  if (site.gallery.generation === 'v1') return checkKey(site, request);
  if (request.key === undefined) return json(401, { error: 'API key manquante', success: false });
  if (request.key === site.settings.get('export_api_key')) return undefined;
  return json(403, { error: 'Clé API invalide', success: false });
}
