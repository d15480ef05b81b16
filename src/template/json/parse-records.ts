/** Stands in a list for a row that could not be read, so that the row is counted, reported and the rest goes on. */
export class UnreadableRecord {
  readonly code: UnreadableCode;
  readonly message: string;

  constructor(code: UnreadableCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

export type UnreadableCode = 'RECORD_TOO_LARGE' | 'RECORD_TOO_DEEP' | 'RECORD_NOT_UTF8' | 'RECORD_NOT_JSON';

// A byte order mark inside a list is no white space: it must not vanish.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses neighbouring rows of one piece at once, and one by one where that fails, so that only the bad ones are lost.
 * `bounds` holds start and end of each row.
 */
export function parseRun(bytes: Uint8Array, bounds: readonly number[], into: unknown[]): void {
  const parsed = parseTogether(bytes, bounds);
  if (parsed !== null) {
    for (const record of parsed) into.push(record);
    return;
  }
  for (let i = 0; i < bounds.length; i += 2) into.push(parseRecord(bytes.subarray(bounds[i], bounds[i + 1])));
}

function parseTogether(bytes: Uint8Array, bounds: readonly number[]): unknown[] | null {
  try {
    const text = decoder.decode(bytes.subarray(bounds[0], bounds[bounds.length - 1]));
    const parsed: unknown = JSON.parse(`[${text}]`);
    return Array.isArray(parsed) && parsed.length === bounds.length / 2 ? parsed : null;
  } catch {
    return null;
  }
}

/** The row, or why it cannot be read. JSON.parse's own message quotes the row, so it goes nowhere. */
export function parseRecord(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return new UnreadableRecord('RECORD_NOT_UTF8', 'Expected UTF-8 text, got bytes that are not.');
  }
  const parsed = parseLenient(text);
  return parsed === undefined
    ? new UnreadableRecord('RECORD_NOT_JSON', 'Expected a JSON object, got text that does not parse.')
    : parsed;
}

/** JSON.parse that takes Python's NaN and Infinity as text. Undefined where it does not parse. */
export function parseLenient(text: string): unknown {
  for (const attempt of [() => text, () => quoteNonFinite(text)]) {
    try {
      return JSON.parse(attempt());
    } catch {
      // The next attempt, or none.
    }
  }
  return undefined;
}

/**
 * Python's json writes NaN, Infinity and -Infinity, which JSON does not have. As text they reach the contract, which
 * then refuses the field by its name instead of the whole row.
 */
function quoteNonFinite(text: string): string {
  let quoted = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const outside = open === -1 ? text.slice(at) : text.slice(at, open);
    quoted += outside.replaceAll(/-?Infinity|NaN/g, '"$&"');
    if (open === -1) break;
    let close = open + 1;
    while (close < text.length && text[close] !== '"') close += text[close] === '\\' ? 2 : 1;
    quoted += text.slice(open, close + 1);
    at = close + 1;
  }
  return quoted;
}
