import { StartError } from '../core/errors.ts';

const STOP_DEADLINE_MS = 20_000;

/**
 * Runs a command to its end: disposes what `start` made on Ctrl-C, on SIGTERM, or when `start` called `stop`, and ends
 * the process. A second Ctrl-C,
 * or a stop that takes too long, ends it at once. What the person has to put right is printed as one sentence; a `stop`
 * that gives it ends the process at once with exit code 1: what was started rests on what has failed.
 */
export async function untilStopped(
  start: (signal: AbortSignal, stop: (failure?: StartError) => void) => Promise<AsyncDisposable>,
): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  try {
    await using running = await start(stop.signal, (failure) => {
      if (failure !== undefined) fail(failure);
      stop.abort();
    });
    await aborted(stop.signal);
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    void running;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    fail(error);
  }
  // All is disposed. Timers that libraries leave behind (the queue's stop deadline) would keep us for seconds.
  process.exit();
}

function fail({ message }: StartError): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
