import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Command extends AsyncDisposable {
  readonly pid: number;
  /** Everything printed so far, on both outputs. */
  printed(): string;
  /** Waits until the text was printed; fails when the process ends before. */
  hasPrinted(text: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, null after a signal. */
  ended(): Promise<number | null>;
}

/** Runs one of src/main/ as a process of its own, with nothing of the tests' environment but what is given. */
export function runMain(file: string, args: readonly string[], env: Record<string, string>): Command {
  const child = spawn(process.execPath, [join('src', 'main', file), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'close').then(() => child.exitCode);
  let text = '';
  const waiting = new Set<() => void>();
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  return {
    pid: child.pid ?? 0,
    printed: () => text,
    hasPrinted: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (found === null) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void exit.then((code) =>
          reject(new Error(`ended with ${code} before it printed ${pattern}: ${text}`)),
        );
      }),
    kill: (signal) => void child.kill(signal),
    ended: () => exit,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exit;
    },
  };
}
