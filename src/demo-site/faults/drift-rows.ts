import { rowText, type Column } from '../rows/columns.ts';
import { isRow, jsonText, rawJson, type JsonValue, type ListItem, type Row } from '../rows/json.ts';
import type { Fault } from './kinds.ts';

type Drift = Extract<Fault, { kind: 'drift' }>;

/** The rows as a later release of the template would answer them; without columns, rows go as they are. */
export function driftRows(
  items: readonly ListItem[],
  columns: readonly Column[] | undefined,
  faults: readonly Fault[],
): readonly ListItem[] {
  if (!drifts(faults)) return items;
  return items.map((item) => {
    if (!isRow(item)) return item;
    return rawJson(driftText(columns === undefined ? jsonText(item) : rowText(item, columns), faults));
  });
}

export const drifts = (faults: readonly Fault[]): boolean => faults.some(({ kind }) => kind === 'drift');

/** Changes the JSON text of one object; text that another fault has broken is left alone. */
export function driftText(text: string, faults: readonly Fault[]): string {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isRow(value)) return text;
  return jsonText(
    faults.reduce((row, fault) => (fault.kind === 'drift' ? driftRow(row, fault) : row), value),
  );
}

function driftRow(row: Row, { adds, drops, retypes }: Drift): Row {
  let drifted = row;
  for (const path of adds) drifted = at(drifted, path, () => 'neuf');
  for (const path of drops) drifted = at(drifted, path, () => undefined);
  for (const path of retypes) drifted = at(drifted, path, retyped);
  return drifted;
}

/** Sets a field: `price`, `items[].price` in every object of a list, `stats.users_count` in an object. */
function at(row: Row, path: string, change: (value: JsonValue | undefined) => JsonValue | undefined): Row {
  const [, name = path, inner] = /^(.+?)(?:\[\])?\.(.+)$/.exec(path) ?? [];
  const value = row[name];
  if (inner === undefined) return { ...row, [name]: change(value) };
  const within = (one: JsonValue) => (isRow(one) ? at(one, inner, change) : one);
  if (value === undefined) return row;
  return { ...row, [name]: Array.isArray(value) ? value.map(within) : within(value) };
}

/** Numbers become text, text a number, anything else an object. */
function retyped(value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.length : { value };
}
