import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config.ts';
import { StartError } from '../../src/core/errors.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cimaise-config-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const read = (variables: Record<string, string | undefined> = {}) =>
  readConfig({ CIMAISE_DATA_DIR: dataDir, ...variables });

describe('the configuration', () => {
  it('needs no variable', () => {
    const { config, secrets } = read();

    expect(config).toEqual({
      role: 'all',
      logLevel: 'info',
      dataDir,
      http: { host: '127.0.0.1', port: 4000, corsOrigins: [], responseCacheMb: 32 },
      staleAfterMinutes: 1_440,
      persistedOperations: { file: undefined, only: false },
      sync: {
        concurrency: 4,
        pageRows: 1_000,
        requestsAtOnce: 16,
        callTimeoutMs: 120_000,
        retentionDays: 400,
        strict: false,
      },
      sites: { timeZone: 'Europe/Paris', revenueStatuses: ['CONFIRMED', 'SHIPPED', 'DELIVERED'] },
    });
    expect(secrets).toMatchObject({ databaseUrl: undefined, adminTokenGenerated: true });
    expect(Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.sync)).toBe(
      true,
    );
    expect(Object.isFrozen(secrets)).toBe(true);
  });

  it('takes every variable', () => {
    const secretKey = Buffer.alloc(32, 9);
    const { config, secrets } = read({
      DATABASE_URL: 'postgresql://u:p@db.example:5433/c',
      HOST: '0.0.0.0',
      PORT: '0',
      ADMIN_TOKEN: 'FAKE-token-of-16-characters',
      SECRET_KEY: secretKey.toString('base64'),
      ROLE: 'worker',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      RESPONSE_CACHE_MB: '0',
      PERSISTED_OPERATIONS: 'persisted.json',
      PERSISTED_OPERATIONS_ONLY: 'true',
      SYNC_CONCURRENCY: '2',
      SYNC_PAGE_ROWS: '500',
      SYNC_REQUESTS_AT_ONCE: '32',
      SYNC_CALL_TIMEOUT_MS: '1000',
      SYNC_RETENTION_DAYS: '30',
      STALE_AFTER_MINUTES: '90',
      SYNC_VALIDATION: 'strict',
      SITE_TIME_ZONE: 'America/Lima',
      REVENUE_STATUSES: 'IN_PROGRESS, DELIVERED',
      LOG_LEVEL: 'warn',
    });

    expect(config).toEqual({
      role: 'worker',
      logLevel: 'warn',
      dataDir,
      http: {
        host: '0.0.0.0',
        port: 0,
        corsOrigins: ['https://a.example', 'http://localhost:5173'],
        responseCacheMb: 0,
      },
      staleAfterMinutes: 90,
      persistedOperations: { file: 'persisted.json', only: true },
      sync: {
        concurrency: 2,
        pageRows: 500,
        requestsAtOnce: 32,
        callTimeoutMs: 1_000,
        retentionDays: 30,
        strict: true,
      },
      sites: { timeZone: 'America/Lima', revenueStatuses: ['IN_PROGRESS', 'DELIVERED'] },
    });
    expect(secrets).toEqual({
      databaseUrl: 'postgresql://u:p@db.example:5433/c',
      adminToken: 'FAKE-token-of-16-characters',
      adminTokenGenerated: false,
      secretKey,
    });
    expect(readdirSync(dataDir)).toEqual([]); // nothing had to be made
  });

  it('takes an empty variable for none', () => {
    expect(read({ DATABASE_URL: '', PORT: '', ADMIN_TOKEN: '' })).toMatchObject({
      config: { http: { port: 4000 } },
      secrets: { databaseUrl: undefined, adminTokenGenerated: true },
    });
  });

  it('names every fault at once, and repeats no value', () => {
    const bad = {
      DATABASE_URL: 'mysql://root:FAKE-password@db/x',
      PORT: '70000',
      ADMIN_TOKEN: 'FAKE-short',
      SECRET_KEY: 'FAKE-key',
      ROLE: 'queen',
      CORS_ORIGINS: 'https://a.example/path',
      PERSISTED_OPERATIONS_ONLY: 'perhaps',
      SYNC_CONCURRENCY: '0',
      SYNC_PAGE_ROWS: 'many',
      SYNC_CALL_TIMEOUT_MS: '1.5',
      SYNC_VALIDATION: 'harsh',
      SITE_TIME_ZONE: 'Europe/Atlantis',
      REVENUE_STATUSES: 'DELIVERED,PAID',
      LOG_LEVEL: 'loud',
    };

    const failing = () => read(bad);

    expect(failing).toThrow(StartError);
    for (const name of Object.keys(bad)) expect(failing).toThrow(new RegExp(`[:;] ${name} [^;]+[;.]`));
    expect(failing).toThrow(/^Bad environment variables: .*\.$/);
    expect(failing).toThrow('PORT must be a whole number from 0 to 65535');
    expect(failing).toThrow('ROLE must be all, server or worker');
    expect(failing).not.toThrow(/FAKE|queen|harsh|perhaps|mysql|Atlantis|PAID/);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe('the secrets that are not given', () => {
  it('are made once, and kept for the owner alone', () => {
    const first = read().secrets;
    const second = read().secrets;

    expect(second).toEqual(first);
    expect(Buffer.from(first.adminToken, 'base64url')).toHaveLength(32);
    expect(first.secretKey).toHaveLength(32);
    expect(first.secretKey.toString('base64url')).not.toBe(first.adminToken);
    expect(readdirSync(dataDir).toSorted()).toEqual(['admin-token', 'secret-key']);
    for (const name of ['admin-token', 'secret-key'])
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
  });

  it('differ from one data directory to another', () => {
    const other = join(dataDir, 'other');

    expect(readConfig({ CIMAISE_DATA_DIR: other }).secrets.adminToken).not.toBe(read().secrets.adminToken);
  });

  it('are refused, not replaced, where what was kept is broken', () => {
    writeFileSync(join(dataDir, 'secret-key'), 'half a sec');

    expect(() => read()).toThrow(/secret-key does not hold 32 bytes in base64url; restore it/);

    expect(readFileSync(join(dataDir, 'secret-key'), 'utf8')).toBe('half a sec');
  });
});

describe('the data directory', () => {
  it('is made, with all above it', () => {
    const deep = join(dataDir, 'a', 'b');

    expect(readConfig({ CIMAISE_DATA_DIR: deep }).config.dataDir).toBe(deep);
    expect(readdirSync(deep).toSorted()).toEqual(['admin-token', 'secret-key']);
  });

  it('that cannot be used is named in one sentence', () => {
    writeFileSync(join(dataDir, 'file'), '');

    const failing = () => readConfig({ CIMAISE_DATA_DIR: join(dataDir, 'file') });

    expect(failing).toThrow(StartError);
    expect(failing).toThrow(
      /^Cannot use .*\/file as data directory: it is not a directory; set CIMAISE_DATA_DIR to .*\.$/,
    );
  });

  it('whose secret cannot be read is named in one sentence', () => {
    mkdirSync(join(dataDir, 'admin-token'));

    expect(() => read()).toThrow(/^Cannot read .*admin-token: .*; make it readable for this user\.$/);
    chmodSync(dataDir, 0o700);
  });
});
