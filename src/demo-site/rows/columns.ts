import { floatText, isRow, jsonText, type JsonValue, type Row } from './json.ts';

export interface Column {
  readonly name: string;
  /** The name as it stands in a row, first or after another column. */
  readonly first: string;
  readonly next: string;
  readonly write: (value: JsonValue) => string;
}

/**
 * The columns of one answer, ready to be written fast. A name ending in `~` is a float, which Python writes as
 * `1500.0`.
 */
export function columns(list: string, nested: Readonly<Record<string, readonly Column[]>> = {}): Column[] {
  return list
    .trim()
    .split(/\s+/)
    .map((word) => {
      const name = word.replace(/~$/, '');
      const inner = nested[name];
      const write = inner ? listWriter(inner) : word.endsWith('~') ? floatText : jsonText;
      return { name, first: `{"${name}":`, next: `,"${name}":`, write };
    });
}

/** JSON text of the chosen columns of a row; a column without a value is left out. */
export function rowText(row: Row, chosen: readonly Column[]): string {
  let text = '';
  for (const column of chosen) {
    const value = row[column.name];
    if (value !== undefined) text += (text === '' ? column.first : column.next) + column.write(value);
  }
  return text === '' ? '{}' : `${text}}`;
}

function listWriter(inner: readonly Column[]): (value: JsonValue) => string {
  return (value) => {
    if (!Array.isArray(value)) return jsonText(value);
    const texts = value.map((item: JsonValue) => (isRow(item) ? rowText(item, inner) : jsonText(item)));
    return `[${texts.join(',')}]`;
  };
}
