import { recordKinds } from '../../../src/demo-site/records/index.ts';
import { rowText } from '../../../src/demo-site/rows/columns.ts';
import { isRow, type Row } from '../../../src/demo-site/rows/json.ts';
import type { RowId } from '../../../src/demo-site/rows/row-list.ts';
import type { DemoSite } from '../../../src/demo-site/start-demo-site.ts';
import { mirrored } from './mirrored.ts';
import { lists, type Change, type History, type List } from './history.ts';

interface Stay {
  from: number;
  to: number;
}

/** The site of a history: changes its rows, and remembers when each was there. */
export interface Gallery {
  /** Answers which row it was, where there is such a row. */
  apply(change: Change): number | undefined;
  /** The row as the site answers it now. */
  answerOf(list: List, id: number): unknown;
  ids(list: List): number[];
  /** Whether the row was there all the time; in milliseconds of this clock. */
  wasThere(list: List, id: number, from: number, to: number): boolean;
}

export function createGallery(site: DemoSite, { generation, counts }: History): Gallery {
  const stays: Record<List, Map<number, Stay[]>> = {
    paintings: new Map(),
    users: new Map(),
    orders: new Map(),
  };
  const gone: Record<List, number[]> = { paintings: [], users: [], orders: [] };
  let version = 0;

  const ids = (list: List): number[] =>
    [...site.rows.all(list)].map((row) => (isRow(row) ? Number(row['id']) : Number.NaN));
  const at = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length];
  const arrive = (list: List, id: number, from = Date.now()) => {
    const known = stays[list].get(id) ?? [];
    stays[list].set(id, [...known, { from, to: Infinity }]);
  };
  const leave = (list: List, id: number) => {
    site.rows.delete(list, id);
    gone[list].push(id);
    const stay = stays[list].get(id)?.at(-1);
    if (stay !== undefined) stay.to = Date.now();
  };
  for (const list of lists) {
    for (let id = 1; id <= counts[list]; id++) arrive(list, id, 0);
  }

  /** Every content of a row has a name of its own, so that the later of two can be told. */
  const named = (list: List, patch: Row): Row => ({ ...patch, [mirrored[list].nameColumn]: `n${++version}` });

  /** Gives the row the place of another, or the one beside it. */
  function tie(list: List, id: RowId, pick: number): Row {
    const other = site.rows.find(list, at(ids(list), pick * 7 + 3) ?? id) ?? {};
    if (list === 'paintings') return { display_order: other['display_order'] };
    return list === 'orders' ? { order_date: other['order_date'] } : {};
  }

  return {
    ids,
    apply(change) {
      const { list, pick } = change;
      if (change.what === 'insert') {
        const id = Number(site.rows.insert(list, named(list, change.patch)));
        arrive(list, id);
        return id;
      }
      const id = at(change.what === 'revive' ? gone[list] : ids(list), pick);
      if (id === undefined) return undefined;
      switch (change.what) {
        case 'nothing':
          break;
        case 'change':
          site.rows.update(list, id, named(list, change.patch));
          break;
        case 'tie':
          site.rows.update(list, id, named(list, tie(list, id, pick)));
          break;
        case 'delete':
          leave(list, id);
          break;
        case 'purge': // the first of the list: all that comes behind moves up
          for (const first of ids(list).slice(0, (pick % 16) + 1)) leave(list, first);
          break;
        case 'revive':
          site.rows.revive(list, id);
          gone[list] = gone[list].filter((other) => other !== id);
          arrive(list, id);
      }
      return id;
    },
    answerOf(list, id) {
      const row = site.rows.find(list, id);
      if (row === undefined) return undefined;
      return JSON.parse(rowText(row, recordKinds[list].columns[generation]));
    },
    wasThere: (list, id, from, to) =>
      (stays[list].get(id) ?? []).some((stay) => stay.from < from && stay.to > to),
  };
}
