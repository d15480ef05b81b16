import { isRow, type ListItem } from '../rows/json.ts';
import type { Snapshot } from '../rows/row-list.ts';

/**
 * Reads a page of a list whose order among equal dates changes from request to request, as nothing upstream
 * forbids: neighbours of one date change places, also across the edges of the page, which then repeats or misses
 * one of them.
 */
export function* readShuffled(snapshot: Snapshot, offset: number, limit: number): Generator<ListItem> {
  const from = Math.max(0, offset - 1);
  const rows = [...snapshot.read(from, limit + 2)];
  const parity = Math.random() < 0.5 ? 0 : 1;
  for (let index = 1; index < rows.length; index++) {
    const [left, right] = [rows[index - 1], rows[index]];
    if ((from + index) % 2 !== parity || !isTied(left, right)) continue;
    if (left !== undefined && right !== undefined) [rows[index - 1], rows[index]] = [right, left];
  }
  yield* rows.slice(offset - from, offset - from + limit);
}

function isTied(left: ListItem | undefined, right: ListItem | undefined): boolean {
  if (!isRow(left) || !isRow(right)) return false;
  return left['order_date'] !== undefined && left['order_date'] === right['order_date'];
}
