import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { StartError, messageOf, systemCodeOf } from './core/errors.ts';
import { isTimeZone } from './core/time-zone.ts';

const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
};

const base64Key = z
  .string()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === 32, 'must be 32 bytes in base64 (openssl rand -base64 32)');

const listOfOrigins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .pipe(
    z.array(
      z.string().refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin, {
        message: 'must be origins such as https://admin.example, separated by commas',
      }),
    ),
  );

const orderStatuses = ['IN_PROGRESS', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'UNKNOWN'] as const;

const listOfOrderStatuses = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((status) => status.trim()))])
  .pipe(z.array(z.enum(orderStatuses, `must be some of ${orderStatuses.join(', ')}, separated by commas`)));

const Environment = z.object({
  DATABASE_URL: z
    .string()
    .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol), {
      message: 'must look like postgres://user:password@host:5432/database',
    })
    .optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  CIMAISE_DATA_DIR: z.string().min(1).default('.cimaise'),
  ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, printable ASCII without spaces')
    .optional(),
  SECRET_KEY: base64Key.optional(),
  ROLE: z.enum(['all', 'server', 'worker'], 'must be all, server or worker').default('all'),
  CORS_ORIGINS: listOfOrigins.default([]),
  RESPONSE_CACHE_MB: wholeNumber(0, 4_096).default(32),
  PERSISTED_OPERATIONS: z.string().min(1).optional(),
  PERSISTED_OPERATIONS_ONLY: z.stringbool('must be true or false').default(false),
  SYNC_CONCURRENCY: wholeNumber(1, 100).default(4),
  SYNC_PAGE_ROWS: wholeNumber(2, 10_000).default(1_000),
  SYNC_REQUESTS_AT_ONCE: wholeNumber(1, 1_000).default(16),
  SYNC_CALL_TIMEOUT_MS: wholeNumber(100, 86_400_000).default(120_000),
  SYNC_RETENTION_DAYS: wholeNumber(1, 3_650).default(400),
  STALE_AFTER_MINUTES: wholeNumber(1, 525_600).default(1_440),
  SYNC_VALIDATION: z.enum(['lenient', 'strict'], 'must be lenient or strict').default('lenient'),
  SITE_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone such as Europe/Paris')
    .default('Europe/Paris'),
  REVENUE_STATUSES: listOfOrderStatuses.default(['CONFIRMED', 'SHIPPED', 'DELIVERED']),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], 'must be a level such as info')
    .default('info'),
});

export interface Config {
  readonly role: 'all' | 'server' | 'worker';
  readonly logLevel: string;
  readonly dataDir: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly corsOrigins: readonly string[];
    /** For answers that are kept; 0: none is. */
    readonly responseCacheMb: number;
  };
  /** How long after the last proof the mirror of a site counts as stale. */
  readonly staleAfterMinutes: number;
  readonly persistedOperations: {
    /** The manifest; none: no operation is persisted. */
    readonly file: string | undefined;
    /** Whether nothing else is run. */
    readonly only: boolean;
  };
  readonly sync: {
    /** Runs under way at once in this process. */
    readonly concurrency: number;
    /** Rows asked for in one request, and written in one statement. */
    readonly pageRows: number;
    /** Requests in flight at once, to all sites together. */
    readonly requestsAtOnce: number;
    /** Limit for reading one answer of a list, from connecting to the last byte taken. */
    readonly callTimeoutMs: number;
    /** How long the record of a run is kept. */
    readonly retentionDays: number;
    readonly strict: boolean;
  };
  readonly sites: {
    /** Of a site that is added without one: a name of the IANA database. */
    readonly timeZone: string;
    /** The statuses of orders that count as revenue, on all sites. */
    readonly revenueStatuses: readonly (typeof orderStatuses)[number][];
  };
}

export interface Secrets {
  /** None: the embedded PostgreSQL under the data directory. */
  readonly databaseUrl: string | undefined;
  readonly adminToken: string;
  /** True when this start made the token, or an earlier one did: it is then shown to the person who starts us. */
  readonly adminTokenGenerated: boolean;
  /** 32 bytes that seal the keys of the sites. */
  readonly secretKey: Buffer;
}

/**
 * Reads the environment once. All faults are reported together in one StartError; a token and a sealing key that
 * are not given are made once and kept in the data directory, readable by the owner alone.
 */
export function readConfig(environment: Record<string, string | undefined>): {
  config: Config;
  secrets: Secrets;
} {
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(filled);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path[0]?.toString() ?? ''} ${issue.message}`);
    throw new StartError(`Bad environment variables: ${[...new Set(faults)].join('; ')}.`);
  }
  const env = parsed.data;
  const dataDir = resolve(env.CIMAISE_DATA_DIR);
  makeDataDir(dataDir);
  return {
    config: Object.freeze({
      role: env.ROLE,
      logLevel: env.LOG_LEVEL,
      dataDir,
      http: Object.freeze({
        host: env.HOST,
        port: env.PORT,
        corsOrigins: env.CORS_ORIGINS,
        responseCacheMb: env.RESPONSE_CACHE_MB,
      }),
      staleAfterMinutes: env.STALE_AFTER_MINUTES,
      persistedOperations: Object.freeze({
        file: env.PERSISTED_OPERATIONS,
        only: env.PERSISTED_OPERATIONS_ONLY,
      }),
      sync: Object.freeze({
        concurrency: env.SYNC_CONCURRENCY,
        pageRows: env.SYNC_PAGE_ROWS,
        requestsAtOnce: env.SYNC_REQUESTS_AT_ONCE,
        callTimeoutMs: env.SYNC_CALL_TIMEOUT_MS,
        retentionDays: env.SYNC_RETENTION_DAYS,
        strict: env.SYNC_VALIDATION === 'strict',
      }),
      sites: Object.freeze({ timeZone: env.SITE_TIME_ZONE, revenueStatuses: env.REVENUE_STATUSES }),
    }),
    secrets: Object.freeze({
      databaseUrl: env.DATABASE_URL,
      adminToken: env.ADMIN_TOKEN ?? keptSecret(dataDir, 'admin-token'),
      adminTokenGenerated: env.ADMIN_TOKEN === undefined,
      secretKey: env.SECRET_KEY ?? Buffer.from(keptSecret(dataDir, 'secret-key'), 'base64url'),
    }),
  };
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    const what = systemCodeOf(cause) === 'EEXIST' ? 'it is not a directory' : messageOf(cause);
    throw new StartError(
      `Cannot use ${dataDir} as data directory: ${what}; set CIMAISE_DATA_DIR to a directory this user may write to.`,
      { cause },
    );
  }
}

/** A directory that could not be written to cannot be cleaned either: the first failure is the one to tell. */
function removeDraft(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // told by the caller
  }
}

/** Reads a secret kept under the data directory, or makes it: 32 random bytes in base64url, mode 0600. */
function keptSecret(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  const draft = `${path}.${process.pid}`;
  try {
    // Written aside and then linked: whoever comes first decides, and nobody reads half a secret.
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
    linkSync(draft, path);
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EEXIST') {
      throw new StartError(`Cannot write ${path}: ${messageOf(cause)}; make the data directory writable.`, {
        cause,
      });
    }
  } finally {
    removeDraft(draft);
  }
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (Buffer.from(secret, 'base64url').length === 32) return secret;
  } catch (cause) {
    throw new StartError(`Cannot read ${path}: ${messageOf(cause)}; make it readable for this user.`, {
      cause,
    });
  }
  throw new StartError(`${path} does not hold 32 bytes in base64url; restore it from a backup or remove it.`);
}
