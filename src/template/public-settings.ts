import { z } from 'zod';
import { ask } from './ask.ts';
import { read } from './contract/envelope.ts';
import { isSecretValue } from './contract/secret.ts';
import { NotFoundError, WrongShapeError } from './errors.ts';
import type { Door, TemplateRequest, TemplateSite } from './http.ts';

/** What a site tells everyone about itself. */
export interface TemplateConfig {
  siteName: string | null;
  siteLogo: string | null;
  /** The price the site shows, as the number's decimal text. */
  price: string | null;
  options: { key: string; value: string }[];
}

const text = z.string('text').nullish();
const PublishableKey = z.looseObject({ publishable_key: text }, 'an object');
const PriceId = z.looseObject({ price_id: text }, 'an object');
const Config = z.looseObject(
  {
    site_name: text,
    site_logo: text,
    price: z.number('a number').nonnegative('a number of 0 or more').nullish(),
    options: z.record(z.string(), z.unknown(), 'an object').nullish(),
  },
  'an object',
);

const publicCall = (path: string): TemplateRequest => ({ method: 'GET', path, withKey: false });

export async function readPublishableKey(door: Door, site: TemplateSite, signal?: AbortSignal) {
  return readKey(door, site, publicCall('/api/export/settings/stripe_publishable_key'), signal);
}

export async function readStripePublishableKey(door: Door, site: TemplateSite, signal?: AbortSignal) {
  return readKey(door, site, publicCall('/api/stripe-pk'), signal);
}

export async function readPriceId(
  door: Door,
  site: TemplateSite,
  signal?: AbortSignal,
): Promise<string | null> {
  const call = publicCall('/api/export/settings/stripe_price_id');
  const body = await askOrNothing(door, site, call, signal);
  return body === null ? null : (read(call, PriceId, body).price_id ?? null);
}

export async function readTemplateConfig(
  door: Door,
  site: TemplateSite,
  signal?: AbortSignal,
): Promise<TemplateConfig> {
  const call = publicCall('/api/template/config');
  const config = read(call, Config, await ask(door, site, call, signal));
  const options = Object.entries(config.options ?? {});
  return {
    siteName: config.site_name ?? null,
    siteLogo: config.site_logo ?? null,
    price: config.price === null || config.price === undefined ? null : String(config.price),
    options: options
      .filter(([, value]) => typeof value !== 'object')
      .map(([key, value]) => ({ key, value: String(value) })),
  };
}

async function readKey(
  door: Door,
  site: TemplateSite,
  call: TemplateRequest,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const body = await askOrNothing(door, site, call, signal);
  const key = body === null ? null : (read(call, PublishableKey, body).publishable_key ?? null);
  // A site's owner may have pasted the wrong one of Stripe's two keys: it must go no further.
  if (key !== null && isSecretValue(key)) {
    throw new WrongShapeError(call, 'publishable_key', 'a publishable key', 'what looks like a secret key');
  }
  return key === '' ? null : key;
}

/** Null where the site answers 404: it has no such setting. */
async function askOrNothing(
  door: Door,
  site: TemplateSite,
  call: TemplateRequest,
  signal: AbortSignal | undefined,
): Promise<object | null> {
  try {
    return await ask(door, site, call, signal);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
