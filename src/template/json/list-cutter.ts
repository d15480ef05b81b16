import { NotJsonError, type Call } from '../errors.ts';
import type { TemplateLimits } from '../limits.ts';
import { countRecords } from './describe.ts';
import { createGrowingBytes } from './growing-bytes.ts';
import { parseRecord, parseRun, UnreadableRecord } from './parse-records.ts';
import { byte, createValueScan, resetValueScan, scanValue } from './scan-value.ts';

export interface ListCutter {
  /** Rows whose end has been seen. */
  readonly rows: number;
  /** Cuts on from `from`. Returns the place after the list's `]`, or -1 when the piece ended first. */
  cut(piece: Uint8Array, from: number, into: unknown[]): number;
}

type RecordLimits = Pick<TemplateLimits, 'maxRecordBytes' | 'maxRecordDepth'>;

/** Cuts a JSON list, from after its `[`, into parsed rows. Holds one unfinished row at most. */
export function createListCutter(call: Call, limits: RecordLimits): ListCutter {
  const scan = createValueScan();
  const carried = createGrowingBytes();
  let place: 'FIRST' | 'NEXT' | 'INSIDE' | 'AFTER' = 'FIRST';
  let isBare = false;
  /** Bytes of the unfinished row that earlier pieces brought, held or not. */
  let bytesBefore = 0;
  let rows = 0;

  /** Once a row is too large or too deep it stays so: more of it changes nothing. */
  function whySkip(bytesSoFar: number): UnreadableRecord | null {
    if (bytesSoFar > limits.maxRecordBytes) {
      return new UnreadableRecord(
        'RECORD_TOO_LARGE',
        `Expected at most ${limits.maxRecordBytes} bytes, got more.`,
      );
    }
    if (scan.deepest > limits.maxRecordDepth) {
      return new UnreadableRecord(
        'RECORD_TOO_DEEP',
        `Expected at most ${limits.maxRecordDepth} levels, got more.`,
      );
    }
    return null;
  }

  function garbage(): NotJsonError {
    return new NotJsonError(
      call,
      rows === 0 ? 'text that is not JSON' : `text that is not JSON after ${countRecords(rows)}`,
    );
  }

  return {
    get rows() {
      return rows;
    },
    cut(piece, from, into) {
      let bounds: number[] = [];
      let start = from;
      let at = from;

      const parseBounds = (): void => {
        if (bounds.length > 0) parseRun(piece, bounds, into);
        bounds = [];
      };
      const finish = (end: number): void => {
        const skipped = whySkip(bytesBefore + end - start);
        if (skipped !== null) {
          parseBounds();
          into.push(skipped);
        } else if (carried.length > 0) {
          carried.append(piece, start, end);
          into.push(parseRecord(carried.view()));
        } else {
          bounds.push(start, end);
        }
        carried.clear();
        bytesBefore = 0;
        rows++;
      };

      while (at < piece.length) {
        if (place === 'INSIDE') {
          const end = isBare ? bareEnd(piece, at) : scanValue(scan, piece, at);
          if (scan.mismatched) throw garbage();
          if (end === -1) break;
          finish(end);
          at = end;
          place = 'AFTER';
          continue;
        }
        at = afterSpace(piece, at);
        if (at >= piece.length) break;
        const c = piece[at] ?? 0;
        if (place === 'AFTER') {
          if (c === byte.closeList) {
            parseBounds();
            return at + 1;
          }
          if (c !== byte.comma) throw garbage();
          place = 'NEXT';
          at++;
        } else if (c === byte.closeList && place === 'FIRST') {
          return at + 1;
        } else if (c === byte.comma || c === byte.colon || c === byte.closeList || c === byte.closeObject) {
          throw garbage();
        } else {
          isBare = c !== byte.openObject && c !== byte.openList && c !== byte.quote;
          resetValueScan(scan);
          start = at;
          place = 'INSIDE';
        }
      }

      parseBounds();
      if (place === 'INSIDE') {
        bytesBefore += piece.length - start;
        if (whySkip(bytesBefore) === null) carried.append(piece, start, piece.length);
      }
      return -1;
    },
  };
}

/** The first place from `from` on that is no white space, or the piece's end. */
export function afterSpace(piece: Uint8Array, from: number): number {
  let at = from;
  while (at < piece.length && isSpace(piece[at] ?? 0)) at++;
  return at;
}

function isSpace(c: number): boolean {
  return c === byte.space || c === byte.lineFeed || c === byte.carriageReturn || c === byte.tab;
}

/** The end of a number or a word, or -1 when the piece ended first. */
export function bareEnd(piece: Uint8Array, from: number): number {
  for (let at = from; at < piece.length; at++) {
    const c = piece[at] ?? 0;
    if (c === byte.comma || c === byte.closeList || c === byte.closeObject || isSpace(c)) return at;
  }
  return -1;
}
