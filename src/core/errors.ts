/**
 * The root of every failure Cimaise expects. `code` is stable and public; `message` is one sentence that says
 * what was expected, what came and what to do, and never carries a key, a token or a person's data.
 */
export abstract class CimaiseError extends Error {
  abstract readonly code: string;
}
