import { z } from 'zod';
import { ask } from './ask.ts';
import { read } from './contract/envelope.ts';
import { isSecretKey, isSecretValue, mask } from './contract/secret.ts';
import { SettingNotSentError } from './errors.ts';
import type { Door, TemplateSite } from './http.ts';

/** The one secret that Cimaise writes: placing a new key on a site needs the key that still works. */
const siteKeySetting = 'export_api_key';

/** v1 and v2's own settings answer `{success: true, message}`, v2's generic one `{ok: true, key}`. */
const Written = z.union(
  [z.looseObject({ success: z.literal(true) }), z.looseObject({ ok: z.literal(true) })],
  {
    error: 'success: true or ok: true',
  },
);

/**
 * Writes one setting to its site.
 *
 * @throws SettingNotSentError where Cimaise refuses to send it, SettingRejectedError where the site refuses it
 */
export async function putSetting(
  door: Door,
  site: TemplateSite,
  setting: { key: string; value: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { key, value } = setting;
  const call = { method: 'PUT', path: '/api/export/settings/…' } as const;
  // "." and ".." would name another endpoint: no encoding protects a path's dots.
  if (key === '' || key === '.' || key === '..' || key.length > 200 || !key.isWellFormed()) {
    throw new SettingNotSentError(call, 'UNUSABLE_KEY');
  }
  if (value === mask) throw new SettingNotSentError(call, 'MASKED_VALUE');
  if (key !== siteKeySetting) {
    if (isSecretKey(key)) throw new SettingNotSentError(call, 'SECRET_KEY');
    if (isSecretValue(value)) throw new SettingNotSentError(call, 'SECRET_VALUE');
  }
  const path = `/api/export/settings/${encodeURIComponent(key)}`;
  const request = { method: 'PUT', path, body: { value }, withKey: true } as const;
  read(request, Written, await ask(door, site, request, signal));
}
