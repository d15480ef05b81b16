/** JSON text that is sent as it is, valid or not: `NaN`, `1e999`, `{"__proto__": …}`, an id above 2^53. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Wraps JSON text so that the demo site sends it untouched. */
export function rawJson(text: string): RawJson {
  return new RawJson(text);
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | RawJson
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** One row with all its columns, as the database of the site holds it. */
export type Row = { [column: string]: JsonValue | undefined };

/** What a list can hold: a row, any other JSON, or bytes that need not be UTF-8. */
export type ListItem = JsonValue | Buffer;

// Surrogates take the slow path too: JSON.stringify escapes the lone ones.
// oxlint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** JSON text of a value; NaN and infinities come out as literals, which is what Python does. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => jsonText(item)).join(',')}]`;
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${quote(key)}:${jsonText(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** A float as Python writes it: `1500.0`, not `1500`. */
export function floatText(value: JsonValue): string {
  return typeof value === 'number' && Number.isInteger(value) ? `${value}.0` : jsonText(value);
}

/** True for a value that has columns. */
export function isRow(value: ListItem | undefined): value is Row {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof RawJson) &&
    !Buffer.isBuffer(value)
  );
}
