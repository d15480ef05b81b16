import { badInput } from '../errors.ts';
import { type Place, type SortKey, readCursor } from './cursor.ts';

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/** One page: how many rows, from which end, between which places. */
export interface Page {
  readonly size: number;
  readonly backwards: boolean;
  readonly after: Place | null;
  readonly before: Place | null;
}

/** Checks the arguments of a list. Throws BAD_USER_INPUT or INVALID_CURSOR with a sentence for the caller. */
export function readPage(
  cursorKey: Buffer,
  kind: string,
  order: readonly SortKey[],
  args: PageArguments,
): Page {
  const { first = null, last = null, after = null, before = null } = args;
  if (first !== null && last !== null) {
    throw badInput('Give `first` (forwards) or `last` (backwards), not both.');
  }
  checkSize('first', first);
  checkSize('last', last);
  return {
    size: first ?? last ?? DEFAULT_PAGE_SIZE,
    backwards: last !== null,
    after: after === null ? null : readCursor(cursorKey, kind, order, after),
    before: before === null ? null : readCursor(cursorKey, kind, order, before),
  };
}

function checkSize(name: string, size: number | null): void {
  if (size === null || (size >= 1 && size <= MAX_PAGE_SIZE)) return;
  throw badInput(
    `Expected \`${name}\` to be between 1 and ${MAX_PAGE_SIZE}, got ${size}. Page on with cursors to read more.`,
  );
}
