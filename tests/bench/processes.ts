import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const Package = z.object({ scripts: z.object({ start: z.string() }) });

export const ADMIN_TOKEN = 'a-token-for-benchmarks-only';

/** A process of its own that ends with the benchmark. */
export interface Started extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** The most memory it ever had resident, in MB (10^6 bytes): VmHWM of proc(5). */
  peakRssMb(): number;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts the gateway as `npm start` does, flags of the runtime included. */
export async function startGateway(
  databaseUrl: string,
  dataDir: string,
  settings: Record<string, string> = {},
): Promise<Started> {
  const { child, line } = await runStart({
    DATABASE_URL: databaseUrl,
    CIMAISE_DATA_DIR: dataDir,
    ...settings,
  });
  const url = /http:\/\/\S+/.exec(line)?.[0].replace(/\/graphql\.?$/, '');
  if (url === undefined) throw new Error(`The gateway did not say where it serves: ${line}`);
  return started(child, url);
}

/** Starts a process that only works on jobs. */
export async function startWorker(
  databaseUrl: string,
  dataDir: string,
  settings: Record<string, string> = {},
): Promise<Started> {
  const { child } = await runStart({
    DATABASE_URL: databaseUrl,
    CIMAISE_DATA_DIR: dataDir,
    ROLE: 'worker',
    ...settings,
  });
  return started(child, '');
}

async function runStart(env: Record<string, string>): Promise<{ child: ChildProcess; line: string }> {
  const { scripts } = Package.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  const [, ...args] = scripts.start.split(' ');
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      ADMIN_TOKEN,
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, line: await firstLine(child) };
}

/** Starts a demo site with so many paintings. */
export async function startPaintings(count: number): Promise<Started> {
  const script = new URL('src/main/demo-site.ts', root);
  const child = fork(script, ['--paintings', String(count)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  return started(child, z.object({ url: z.string() }).parse(JSON.parse(await firstLine(child))).url);
}

/** Starts demo sites with so many rows each, all in one process, and tells their addresses. */
export async function startFleet(
  count: number,
  rows: Record<string, number>,
): Promise<Started & { urls: string[] }> {
  const script = new URL('tests/bench/fleet-sites.ts', root);
  const child = fork(script, [String(count), JSON.stringify(rows)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { urls } = z.object({ urls: z.array(z.string()) }).parse(JSON.parse(await firstLine(child)));
  return { ...started(child, ''), urls };
}

export function started(child: ChildProcess, url: string): Started {
  return {
    url,
    pid: child.pid ?? 0,
    peakRssMb() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Math.round((Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6);
    },
    kill: () => end(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

export async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no standard output');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('The process ended without a word');
}
