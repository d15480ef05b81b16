import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new directory for a while: disposing it removes it with all it holds. */
export function createScratchDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'cimaise-'));
  chmodSync(path, 0o711); // an embedded PostgreSQL started by root runs as another account, which passes through
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
