import { readFileSync, writeFileSync } from 'node:fs';

import { createScratchDirectory } from '../../../src/core/scratch-directory.ts';
import { cpuMsOf } from '../../bench/cpu.ts';
import { ADMIN_TOKEN, startGateway } from '../../bench/processes.ts';
import { createTestDatabase } from '../../support/database.ts';

const MAX_MS = 2_000;
const MAX_GROWTH_MB = 100;
const HUNDRED_GALLERIES = `
  INSERT INTO site (name, url, sealed_key, currency)
    SELECT 'Gallery ' || n, 'https://gallery-' || n || '.example', 'v1.sealed', (ARRAY['EUR', 'USD', 'GBP', 'CHF'])[n % 4 + 1]
    FROM generate_series(1, 100) AS n;
  INSERT INTO painting (site_id, source_id, name, category, technique, price, quantity, display_order, status, observed_at)
    SELECT id, n, 'Painting ' || n, 'Category ' || n % 40, 'Technique ' || n % 20, n, n % 3, n, 'AVAILABLE', now()
    FROM site, generate_series(1, 500) AS n;
  INSERT INTO "user" (site_id, source_id, name, email, observed_at)
    SELECT id, n, 'User ' || n, 'user-' || n || '@mail.example', now() FROM site, generate_series(1, 100) AS n;
  INSERT INTO "order" (site_id, source_id, customer_name, email, user_source_id, total_price, status, ordered_at, items_digest, observed_at)
    SELECT id, n, 'User ' || n % 100 + 1, 'user-' || n % 100 + 1 || '@mail.example', n % 100 + 1, n, 'CONFIRMED',
      timestamptz '2025-01-01' + n * interval '43 hours', '', now()
    FROM site, generate_series(1, 200) AS n;
  INSERT INTO order_item (site_id, order_source_id, position, painting_source_id, price, quantity)
    SELECT site_id, source_id, position, (source_id * 7 + position) % 500 + 1, 10, 1
    FROM "order", generate_series(0, 2) AS position;
  INSERT INTO sync_run (id, site_id, status, entities, requested_at, started_at, ended_at)
    SELECT uuidv7(at - now()), id, 'SUCCEEDED', '{PAINTINGS,ORDERS}', at, at, at + interval '1 minute'
    FROM site, generate_series(timestamptz '2025-01-01', '2025-12-31', '3 days') AS at;
  INSERT INTO sync_entity_run (run_id, entity, received) SELECT id, unnest(entities), 700 FROM sync_run;
  ANALYZE`;

/** The server as `npm start` runs it, with the rows of a hundred galleries. */
export async function startAttackedServer() {
  const dataDir = createScratchDirectory();
  const database = await createTestDatabase();
  await database.pool.query(HUNDRED_GALLERIES);
  const server = await startGateway(database.url, dataDir.path, { ROLE: 'server' });
  const memoryMb = (what: 'VmRSS' | 'VmHWM') => {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return (Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
  };
  const costOf = async (ask: () => Promise<string>) => {
    writeFileSync(`/proc/${server.pid}/clear_refs`, '5'); // the peak begins anew
    const before = { mb: memoryMb('VmRSS'), cpuMs: cpuMsOf(server.pid), at: performance.now() };
    const text = await ask();
    const ms = performance.now() - before.at;
    const cpuMs = cpuMsOf(server.pid) - before.cpuMs;
    const mb = memoryMb('VmHWM') - before.mb;
    return {
      code: /"code":"(?<code>[A-Z_]+)"/.exec(text)?.groups?.['code'],
      inTime: ms < MAX_MS && cpuMs < MAX_MS,
      inMemory: mb < MAX_GROWTH_MB,
    };
  };
  const authorization = `Bearer ${ADMIN_TOKEN}`;
  const headers = { Authorization: authorization, 'Content-Type': 'application/json' };
  return {
    url: server.url,
    authorization,
    /** The code that an attack is answered with, and whether that cost the process no more than 2 s and 100 MB. */
    costOf,
    send: (body: string, more: Record<string, string> = {}) =>
      costOf(async () => {
        const init = { method: 'POST', headers: { ...headers, ...more }, body };
        return (await fetch(`${server.url}/graphql`, init)).text();
      }),
    get: (parameters: Record<string, string>) =>
      costOf(async () => {
        const url = `${server.url}/graphql?${new URLSearchParams(parameters).toString()}`;
        return (await fetch(url, { headers: { Authorization: authorization } })).text();
      }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      dataDir[Symbol.dispose]();
    },
  };
}

/** What is not even begun has the code of its refusal. */
export const bounded = (code: string | undefined) => ({ code, inTime: true, inMemory: true });

export const repeat = (count: number, part: (index: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, index) => part(index)).join(separator);

export const nested = (count: number, open: string, inner: string, close: string) =>
  open.repeat(count) + inner + close.repeat(count);
