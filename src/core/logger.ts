import { pino } from 'pino';

export type Logger = pino.Logger;

/**
 * Structured logs on standard error, so that standard output stays free for what a command prints.
 * Names under which a key or token could slip in are redacted at any of the usual depths.
 */
export function createLogger(level: string): Logger {
  const secretNames = [
    'key',
    'apiKey',
    'api_key',
    'token',
    'password',
    'authorization',
    'cookie',
    'sealedKey',
  ];
  return pino(
    {
      level,
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
