import { NotJsonError, TooLargeError, WrongShapeError, type Call } from '../errors.ts';
import type { TemplateLimits } from '../limits.ts';
import { countRecords, describeText, kindOf } from './describe.ts';
import { createGrowingBytes } from './growing-bytes.ts';
import { afterSpace, bareEnd, createListCutter } from './list-cutter.ts';
import { parseLenient } from './parse-records.ts';
import { decodeUtf8 } from './read-json.ts';
import { byte, createValueScan, resetValueScan, scanValue } from './scan-value.ts';
import { valueAt } from './value-at.ts';

export type KeyPath = readonly string[];

export interface RecordStream {
  /** Takes the next piece of the body; returns the rows whose end it brought. */
  push(piece: Uint8Array): unknown[];
  /** Call when the body has ended. Throws NotJsonError or WrongShapeError where it was not the expected object. */
  end(): RecordStreamEnd;
}

interface RecordStreamEnd {
  /** Which of the possible paths the list was found at. */
  path: KeyPath;
  /** The answer without its list: every list and object off the path is empty. */
  envelope: unknown;
  rows: number;
}

type Mode =
  | 'TOP' // nothing but white space came yet
  | 'TEXT' // something that is neither an object nor a list: described at the end
  | 'FIRST_KEY'
  | 'KEY'
  | 'IN_KEY'
  | 'COLON'
  | 'VALUE'
  | 'IN_STRING'
  | 'IN_BARE'
  | 'IN_SKIPPED'
  | 'IN_LIST'
  | 'AFTER'
  | 'DONE';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const emptyList = bytesOf('[]');
const emptyObject = bytesOf('{}');

/**
 * Reads `{…, "data": [row, row, …], …}` piece by piece, whatever the boundaries of the pieces: rows come out as they
 * end, the rest is held until the end (at most maxEnvelopeBytes) and parsed there. Only the objects on the way to
 * the list are walked; any other list or object is passed over unread, so `full` can be searched for one table.
 *
 * What is passed over is checked for its brackets only.
 */
export function createRecordStream(
  call: Call,
  paths: readonly KeyPath[],
  limits: Pick<TemplateLimits, 'maxRecordBytes' | 'maxRecordDepth' | 'maxEnvelopeBytes'>,
): RecordStream {
  const list = createListCutter(call, limits);
  const scan = createValueScan();
  const envelope = createGrowingBytes();
  const walked: string[] = [];
  let mode: Mode = 'TOP';
  let key = '';
  let keyStart = 0;
  let found: KeyPath | null = null;

  function keep(bytes: Uint8Array, from = 0, to = bytes.length): void {
    if (envelope.length + to - from > limits.maxEnvelopeBytes) {
      if (mode === 'TEXT') throw garbage();
      throw new TooLargeError(call, 'envelope', limits.maxEnvelopeBytes);
    }
    envelope.append(bytes, from, to);
  }

  function garbage(): NotJsonError {
    const after = list.rows === 0 ? '' : ` after ${countRecords(list.rows)}`;
    return new NotJsonError(call, `text that is not JSON${after}`);
  }

  /** Goes on through a string, a number or a word that is kept. Returns where it ended, or the piece's end. */
  function keepValue(piece: Uint8Array, from: number, end: number, then: Mode): number {
    const to = end === -1 ? piece.length : end;
    keep(piece, from, to);
    if (end !== -1) mode = then;
    return to;
  }

  /** Returns how many bytes it took: the bracket of a list or an object that is walked, none of any other value. */
  function startValue(c: number): 0 | 1 {
    const here = [...walked, key];
    resetValueScan(scan);
    if (c === byte.openList) {
      keep(emptyList);
      const path = paths.find((candidate) => samePath(candidate, here));
      if (path !== undefined && found !== null)
        throw new WrongShapeError(call, here.join('.'), 'one list', 'a second one');
      found = path ?? found;
      mode = path === undefined ? 'IN_SKIPPED' : 'IN_LIST';
      return path === undefined ? 0 : 1;
    }
    if (c === byte.openObject && paths.some((path) => path.length > here.length && startsWith(path, here))) {
      keep(emptyObject, 0, 1);
      walked.push(key);
      mode = 'FIRST_KEY';
      return 1;
    }
    if (c === byte.openObject) {
      keep(emptyObject);
      mode = 'IN_SKIPPED';
    } else {
      mode = c === byte.quote ? 'IN_STRING' : 'IN_BARE';
    }
    return 0;
  }

  /** Takes one byte of structure, or one value as far as the piece holds it. Returns the place after it. */
  function step(piece: Uint8Array, from: number, into: unknown[]): number {
    if (mode === 'IN_LIST') {
      const end = list.cut(piece, from, into);
      if (end !== -1) mode = 'AFTER';
      return end === -1 ? piece.length : end;
    }
    if (mode === 'IN_SKIPPED') {
      const end = scanValue(scan, piece, from);
      if (scan.mismatched) throw garbage();
      if (end !== -1) mode = 'AFTER';
      return end === -1 ? piece.length : end;
    }
    if (mode === 'IN_STRING') return keepValue(piece, from, scanValue(scan, piece, from), 'AFTER');
    if (mode === 'IN_BARE') return keepValue(piece, from, bareEnd(piece, from), 'AFTER');
    if (mode === 'TEXT') return keepValue(piece, from, -1, 'TEXT');
    if (mode === 'IN_KEY') {
      const end = scanValue(scan, piece, from);
      const after = keepValue(piece, from, end, 'COLON');
      if (end !== -1) key = readKey();
      return after;
    }
    const at = afterSpace(piece, from);
    const c = piece[at];
    if (c === undefined) return at;
    switch (mode) {
      case 'TOP':
        return top(piece, at, c);
      case 'FIRST_KEY':
      case 'KEY':
        if (c === byte.quote) {
          keyStart = envelope.length;
          mode = 'IN_KEY';
          return at;
        }
        if (c !== byte.closeObject || mode === 'KEY') throw garbage();
        mode = 'AFTER';
        return at;
      case 'COLON':
        if (c !== byte.colon) throw garbage();
        keep(piece, at, at + 1);
        mode = 'VALUE';
        return at + 1;
      case 'VALUE':
        if (c === byte.comma || c === byte.closeObject || c === byte.closeList) throw garbage();
        return at + startValue(c);
      case 'AFTER':
        if (c !== byte.comma && c !== byte.closeObject) throw garbage();
        keep(piece, at, at + 1);
        if (c === byte.comma) mode = 'KEY';
        else mode = walked.pop() === undefined ? 'DONE' : 'AFTER';
        return at + 1;
      case 'DONE':
        throw new NotJsonError(call, `a JSON object followed by other text`);
    }
  }

  function top(piece: Uint8Array, at: number, c: number): number {
    if (isByteOrderMark(c)) return at + 1;
    if (c === byte.lessThan) throw new NotJsonError(call, 'an HTML page');
    if (c === byte.openList) throw new WrongShapeError(call, '', 'an object', 'a list');
    mode = c === byte.openObject ? 'FIRST_KEY' : 'TEXT';
    if (mode === 'TEXT') return at;
    keep(piece, at, at + 1);
    return at + 1;
  }

  function readKey(): string {
    const text = decodeUtf8(envelope.view(keyStart));
    const parsed = text === null ? undefined : parseLenient(text);
    if (typeof parsed !== 'string') throw garbage();
    return parsed;
  }

  return {
    push(piece) {
      const records: unknown[] = [];
      let at = 0;
      while (at < piece.length) at = step(piece, at, records);
      return records;
    },
    end() {
      const text = decodeUtf8(envelope.view());
      if (mode === 'TOP' || mode === 'TEXT')
        throw new NotJsonError(call, text === null ? 'broken UTF-8' : describeText(text));
      if (mode !== 'DONE') throw new NotJsonError(call, `JSON cut off after ${countRecords(list.rows)}`);
      const parsed = text === null ? undefined : parseLenient(text);
      if (parsed === undefined) throw garbage();
      if (found === null) throw noList(call, paths, parsed);
      return { path: found, envelope: parsed, rows: list.rows };
    },
  };
}

function noList(call: Call, paths: readonly KeyPath[], envelope: unknown): WrongShapeError {
  for (const path of paths) {
    const value = valueAt(envelope, path);
    if (value !== undefined) return new WrongShapeError(call, path.join('.'), 'a list', kindOf(value));
  }
  return new WrongShapeError(call, paths.map((path) => path.join('.')).join(' or '), 'a list', 'none');
}

function samePath(a: KeyPath, b: KeyPath): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(path: KeyPath, start: KeyPath): boolean {
  return start.every((key, i) => path[i] === key);
}

/** EF BB BF, which some servers put before their JSON. Any of the three elsewhere is no JSON and is found later. */
function isByteOrderMark(c: number): boolean {
  return c === 0xef || c === 0xbb || c === 0xbf;
}
