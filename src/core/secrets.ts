import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

import { CimaiseError } from './errors.ts';

const VERSION = 'v1';
const NONCE_BYTES = 12; // what AES-GCM is specified for (NIST SP 800-38D, section 5.2.1.1)
const TAG = { authTagLength: 16 }; // a shorter tag, which Node would take, is easier to forge

/** The sealed text was altered, or was sealed with another key. */
export class UnsealError extends CimaiseError {
  override readonly name = 'UnsealError';
  readonly code = 'UNSEAL_FAILED';
}

/**
 * Seals a text with AES-256-GCM. `context` is bound in: a sealed text moved to another row does not open.
 *
 * @param key 32 bytes
 * @returns `v1.<nonce>.<tag>.<cipher text>`, each part base64url
 */
export function seal(key: Buffer, text: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [VERSION, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join(
    '.',
  );
}

/** Opens what `seal` closed. Throws UnsealError when the text, the key or the context is another. */
export function open(key: Buffer, sealed: string, context: string): string {
  const [version, nonce, tag, text] = sealed.split('.');
  if (version !== VERSION || nonce === undefined || tag === undefined || text === undefined) {
    throw new UnsealError(`Expected a sealed secret of version ${VERSION}, got text of another form.`);
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), TAG)
      .setAAD(Buffer.from(context))
      .setAuthTag(Buffer.from(tag, 'base64url'));
    return decipher.update(Buffer.from(text, 'base64url'), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new UnsealError(
      'A sealed secret does not open with this SECRET_KEY; start Cimaise with the key it was sealed with.',
      { cause },
    );
  }
}

/** Another key of 32 bytes, for another purpose; neither tells anything about the other. */
export const deriveKey = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', purpose, 32));

/** Compares two secrets in a time that tells nothing about either. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'));
}
