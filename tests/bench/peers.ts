import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

import { z } from 'zod';

import { ADMIN_TOKEN, type Started, firstLine, started } from './processes.ts';

/** What the benchmarks are measured against, and with. It has a lockfile of its own, and is no part of Cimaise. */
const folder = new URL('peers/', import.meta.url);
const run = promisify(execFile);

/** Installs the peers as their lockfile has them, once. */
export async function installPeers(): Promise<void> {
  if (existsSync(new URL('node_modules/', folder))) return;
  await run('npm', ['ci', '--ignore-scripts'], { cwd: folder });
}

/** Starts PostGraphile on a database, in a process of its own and in production mode. */
export async function startPostGraphile(databaseUrl: string, connections: number): Promise<Started> {
  const child = spawn(process.execPath, ['postgraphile.mjs', databaseUrl, String(connections)], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return started(child, await firstLine(child));
}

const Load = z.object({
  requests: z.object({ average: z.number() }),
  latency: z.object({ p99: z.number() }),
  non2xx: z.number(),
  errors: z.number(),
});

/**
 * Asks one question over and over, each connection as soon as it has its answer, from a process of its own.
 *
 * @throws when an answer was no success
 */
export async function load(
  { url }: Started,
  query: string,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<{ rps: number; p99Ms: number }> {
  const autocannon = new URL('node_modules/autocannon/autocannon.js', folder);
  const options = {
    connections: String(connections),
    duration: String(seconds),
    method: 'POST',
    body: JSON.stringify({ query }),
  };
  const headers = ['content-type=application/json', `authorization=Bearer ${ADMIN_TOKEN}`];
  const { stdout } = await run(process.execPath, [
    autocannon.pathname,
    '--json',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    ...headers.flatMap((header) => ['--headers', header]),
    `${url}/graphql`,
  ]);
  const { requests, latency, non2xx, errors } = Load.parse(JSON.parse(stdout));
  if (non2xx + errors > 0)
    throw new Error(`Expected answers alone, got ${non2xx + errors} failures of ${url}`);
  return { rps: requests.average, p99Ms: latency.p99 };
}
