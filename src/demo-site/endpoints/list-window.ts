import { json, type Answer } from '../answer.ts';
import type { Fault } from '../faults/kinds.ts';
import type { Generation, RecordKind } from '../records/record.ts';

/** Which rows of a list are asked for. */
export interface ListWindow {
  readonly offset: number;
  readonly limit: number;
}

/** Reads `limit` and `offset` as each generation does; answers the error page of a negative one. */
export function readWindow(
  query: URLSearchParams,
  kind: RecordKind,
  generation: Generation,
): ListWindow | Answer {
  if (generation === 'v1') return { offset: 0, limit: Infinity };
  const limit = integer(query.get('limit')) ?? kind.defaultLimit;
  const offset = integer(query.get('offset')) ?? 0;
  if (limit < 0) return json(500, { error: 'LIMIT must not be negative' });
  if (offset < 0) return json(500, { error: 'OFFSET must not be negative' });
  return { offset, limit };
}

/** The rows that are really answered when paging is broken. */
export function spoilWindow(window: ListWindow, faults: readonly Fault[]): ListWindow {
  let { offset, limit } = window;
  for (const fault of faults) {
    if (fault.kind === 'ignore-offset') offset = 0;
    if (fault.kind === 'ignore-limit') [offset, limit] = [0, Infinity];
    if (fault.kind === 'cap-limit') limit = Math.min(limit, fault.rows);
    if (fault.kind === 'duplicate-across-pages' && offset > 0) offset -= 1;
    if (fault.kind === 'missed-across-pages' && offset > 0) offset += 1;
  }
  return { offset, limit };
}

/** How many rows at the end of the list are not to be seen. */
export const hiddenRows = (faults: readonly Fault[]): number =>
  faults.reduce((sum, fault) => sum + (fault.kind === 'hidden-rows' ? fault.rows : 0), 0);

function integer(text: string | null): number | undefined {
  return text !== null && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
}
