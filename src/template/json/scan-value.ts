/**
 * Where the scanner stands inside one JSON value that may go on in the next piece. It knows strings, escapes and
 * nesting, and nothing else: what it lets pass is judged by JSON.parse.
 */
export interface ValueScan {
  depth: number;
  deepest: number;
  inString: boolean;
  /** The last byte of the piece was a backslash: the next byte, wherever it comes, is part of the escape. */
  escaped: boolean;
  /** One bit a level, the lowest for the innermost: 1 for an object, 0 for a list. Exact for the first 32 levels. */
  kinds: number;
  /** A bracket closed the other kind: where this value ends cannot be known. */
  mismatched: boolean;
}

export const byte = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  lessThan: 0x3c,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

export function createValueScan(): ValueScan {
  return { depth: 0, deepest: 0, inString: false, escaped: false, kinds: 0, mismatched: false };
}

export function resetValueScan(scan: ValueScan): void {
  scan.depth = 0;
  scan.deepest = 0;
  scan.inString = false;
  scan.escaped = false;
  scan.kinds = 0;
  scan.mismatched = false;
}

/**
 * Goes on through a list, an object or a string, from `from` up to its end.
 * Returns the place after its last byte, or -1 when the piece ended first.
 *
 * Every byte of every answer passes here, so the two inner loops compare bytes and do nothing else: state lives in
 * locals, and the four brackets are found by two comparisons ('[' and '{', ']' and '}' differ in one bit only).
 */
export function scanValue(scan: ValueScan, bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let { depth, deepest, inString, kinds } = scan;
  let at = from;
  if (scan.escaped && at < end) {
    scan.escaped = false;
    at++;
  }
  while (at < end) {
    if (inString) {
      let c = bytes[at];
      while (c !== byte.quote && c !== byte.backslash && ++at < end) c = bytes[at];
      if (at >= end) break;
      if (c === byte.backslash) {
        at += 2;
        if (at > end) scan.escaped = true;
        continue;
      }
      inString = false;
      at++;
      if (depth === 0) break;
      continue;
    }
    const c = bytes[at++] ?? 0;
    if (c === byte.quote) {
      inString = true;
      continue;
    }
    const bracket = c | 0x20;
    if (bracket === byte.openObject) {
      depth++;
      if (depth > deepest) deepest = depth;
      kinds = (kinds << 1) | (c === byte.openObject ? 1 : 0);
    } else if (bracket === byte.closeObject) {
      const isObject = c === byte.closeObject ? 1 : 0;
      // Beyond 32 levels the outer bits are lost, and the value is skipped anyway: only its end matters.
      if (deepest <= 32 && (kinds & 1) !== isObject) scan.mismatched = true;
      kinds >>>= 1;
      depth--;
      if (depth === 0) break;
    }
  }
  scan.depth = depth;
  scan.deepest = deepest;
  scan.inString = inString;
  scan.kinds = kinds;
  return depth === 0 && !inString && !scan.escaped ? at : -1;
}
