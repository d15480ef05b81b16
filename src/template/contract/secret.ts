/** What stands in a v1 answer for a value the site keeps to itself. */
export const mask = '***MASKED***';

const secretParts = [
  'secret',
  'password',
  'passwd',
  'token',
  'private',
  'webhook',
  'credential',
  'api_key',
  'apikey',
];
const secretWords = new Set(['pass', 'pwd', 'mdp', 'passe', 'auth']);

/** Whether a setting of this name holds a secret. Wrongly hiding a harmless value costs less than showing a key. */
export function isSecretKey(key: string): boolean {
  const name = key.toLowerCase();
  if (secretParts.some((part) => name.includes(part))) return true;
  const words = name.split(/[^\p{L}\p{N}]+/u);
  if (words.some((word) => secretWords.has(word))) return true;
  return words.at(-1) === 'key' && !words.includes('publishable') && !words.includes('public');
}

/**
 * Whether a value is a secret by its looks, whatever its setting is called: Stripe secret, restricted and webhook
 * keys anywhere in it, a private key, an address with a password.
 */
export function isSecretValue(value: string): boolean {
  return (
    /(?:^|[^\p{L}\p{N}])(?:sk|rk|whsec)_/u.test(value) ||
    value.includes('PRIVATE KEY-----') ||
    /^[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s@:]{0,200}:[^/\s@]+@/i.test(value)
  );
}
