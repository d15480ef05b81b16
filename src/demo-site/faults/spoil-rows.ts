import type { Generation, RecordKind } from '../records/record.ts';
import { rowText } from '../rows/columns.ts';
import { isRow, rawJson, type ListItem, type Row } from '../rows/json.ts';
import type { BadRow, Fault } from './kinds.ts';
import { spoilsText, spoilText } from './spoil-text.ts';

type RowPage = { readonly kind: RecordKind; readonly generation: Generation; readonly isFirst: boolean };

/**
 * Spoils rows of a page, spread over its first 500, each in its own place, so that the page keeps its length and its
 * other rows. A page with fewer rows than there are kinds shows the first kinds only.
 */
export function spoilRows(items: readonly ListItem[], page: RowPage, faults: readonly Fault[]): ListItem[] {
  const spoiled = [...items];
  for (const fault of faults) {
    if (fault.kind !== 'bad-rows' || (fault.on === 'first-page' && !page.isFirst)) continue;
    const step = Math.max(1, Math.floor(items.length / fault.rows.length));
    for (const [index, bad] of fault.rows.entries()) {
      const at = index * step + (step > 1 ? 1 : 0);
      const row = spoiled[at];
      if (isRow(row)) spoiled[at] = makeBad(row, bad, page, items[at - 1], fault.textBytes);
    }
  }
  const first = spoiled[0];
  if (page.isFirst && isRow(first) && spoilsText(faults)) {
    const text = spoilText(rowText(first, page.kind.columns[page.generation]), faults);
    spoiled[0] = typeof text === 'string' ? rawJson(text) : text;
  }
  return spoiled;
}

/** The first column of these that the answer has; a kind of row that has none stays good. */
function columnOf(page: RowPage, names: readonly string[]): string | undefined {
  const served = page.kind.columns[page.generation];
  return names.find((name) => served.some((column) => column.name === name));
}

function makeBad(
  row: Row,
  bad: BadRow,
  page: RowPage,
  previous: ListItem | undefined,
  textBytes: number,
): ListItem {
  const price = columnOf(page, ['price', 'total_price']);
  const date = columnOf(page, ['create_date', 'order_date', 'created_at', 'date', 'year']);
  const text = columnOf(page, ['name', 'customer_name', 'title', 'client_name']);
  const set = (column: string | undefined, value: Row[string]) =>
    column ? { ...row, [column]: value } : row;
  switch (bad) {
    case 'missing-id':
      return set('id', undefined);
    case 'text-id':
      return set('id', 'douze');
    case 'huge-id':
      return set('id', rawJson('9007199254740993'));
    case 'negative-price':
      return set(price, -12.5);
    case 'infinite-price':
      return set(price, rawJson('1e999'));
    case 'nan-price':
      return set(price, rawJson('NaN'));
    case 'comma-price':
      return set(price, '12,50');
    case 'absurd-date':
      return set(date, '9999-99-99 99:99:99');
    case 'long-text':
      return set(text, 'a'.repeat(textBytes));
    case 'nul-character':
      return set(text, 'Nu\u0000l');
    case 'duplicate-id':
      return set('id', isRow(previous) ? previous['id'] : row['id']);
    case 'column-names':
      return columnNames(row, page);
  }
}

/** What the broken releases answer: every value is the name of its column, except the name of the site. */
export function columnNames(row: Row, page: Pick<RowPage, 'kind' | 'generation'>): Row {
  const names: Row = {};
  for (const column of page.kind.columns[page.generation]) {
    names[column.name] = column.name === 'site_name' ? row['site_name'] : column.name;
  }
  return names;
}
