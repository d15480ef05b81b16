/**
 * The root of every failure Cimaise expects. `code` is stable and public; `message` is one sentence that says
 * what was expected, what came and what to do, and never carries a key, a token or a person's data.
 */
export abstract class CimaiseError extends Error {
  abstract readonly code: string;
}

/** Something the person who starts Cimaise has to put right. Printed as one sentence, without a stack. */
export class StartError extends CimaiseError {
  override readonly name = 'StartError';
  readonly code = 'START_FAILED';
}

/** The message of anything thrown, for a log or a sentence of our own. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` that Node and PostgreSQL put on their errors (`EADDRINUSE`, `23505`), if there is one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
