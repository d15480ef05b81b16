import { isRow, type ListItem } from './json.ts';
import type { RowId, RowList, Snapshot } from './row-list.ts';

/** A list that holds exactly what a test put there, in that order, whether it makes sense or not. */
export function createRawList(given: readonly ListItem[]): RowList {
  let items = [...given];
  const graves = new Map<RowId, ListItem>();
  const indexOf = (id: RowId) => items.findIndex((item) => isRow(item) && item['id'] === id);

  return {
    snapshot(): Snapshot {
      const frozen = items;
      return {
        count: frozen.length,
        isRaw: true,
        *read(offset, limit) {
          yield* frozen.slice(offset, offset + limit);
        },
      };
    },
    find(id) {
      const item = items[indexOf(id)];
      return isRow(item) ? item : undefined;
    },
    put(id, row) {
      const index = indexOf(id);
      items = index < 0 ? [...items, row] : items.with(index, row);
    },
    remove(id) {
      const index = indexOf(id);
      const item = items[index];
      if (item === undefined) return false;
      graves.set(id, item);
      items = items.toSpliced(index, 1);
      return true;
    },
    revive(id) {
      const item = graves.get(id);
      if (item === undefined) return false;
      graves.delete(id);
      items = [...items, item];
      return true;
    },
    nextId: () =>
      1 +
      items.reduce(
        (highest: number, item) =>
          isRow(item) && typeof item['id'] === 'number' ? Math.max(highest, item['id']) : highest,
        0,
      ),
  };
}
