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
}

/** Starts the gateway as `npm start` does, flags of the runtime included; a worker has no address. */
export async function startGateway(
  databaseUrl: string,
  dataDir: string,
  settings: Record<string, string> = {},
): Promise<Started> {
  const { scripts } = Package.parse(JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
  const [, ...args] = scripts.start.split(' ');
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      CIMAISE_DATA_DIR: dataDir,
      ADMIN_TOKEN,
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await firstLine(child);
  const url = /http:\/\/\S+/.exec(line)?.[0].replace(/\/graphql\.?$/, '');
  if (url === undefined && settings['ROLE'] !== 'worker')
    throw new Error(`The gateway did not say where it serves: ${line}`);
  return started(child, url ?? '');
}

/** Starts a demo site with so many paintings. */
export async function startPaintings(count: number): Promise<Started> {
  const script = new URL('src/main/demo-site.ts', root);
  const child = fork(script, ['--paintings', String(count)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  return started(child, z.object({ url: z.string() }).parse(JSON.parse(await firstLine(child))).url);
}

function started(child: ChildProcess, url: string): Started {
  return {
    url,
    pid: child.pid ?? 0,
    peakRssMb() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Math.round((Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The process has no standard output');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('The process ended without a word');
}
