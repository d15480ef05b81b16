import { describe, expect, it } from 'vitest';
import { UnreadableRecord } from '../../src/template/json/parse-records.ts';
import { createRecordStream, type KeyPath } from '../../src/template/json/record-stream.ts';
import { defaultLimits } from '../../src/template/limits.ts';
import { seededRandom } from './support/random.ts';

const call = { method: 'GET', path: '/api/export/paintings' } as const;
const usual: KeyPath[] = [['data'], ['paintings']];

function read(
  body: string | Uint8Array,
  paths = usual,
  cut: (length: number) => number = (length) => length,
) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const stream = createRecordStream(call, paths, { ...defaultLimits, maxRecordBytes: 1_000 });
  const records: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Math.max(1, cut(bytes.length - at));
    // A copy: the stream must not rely on a piece after it has been taken.
    const piece = Uint8Array.from(bytes.subarray(at, at + length));
    records.push(...stream.push(piece));
    piece.fill(0);
    at += length;
  }
  return { records, ...stream.end() };
}

const byteByByte = () => 1;

describe('the rows of a list', () => {
  it('come out as JSON.parse reads them, however the body is cut', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const rows = Array.from({ length: Math.floor(random() * 8) }, () => randomValue(random, 0));
      const envelope = { count: rows.length, 'a"key\\': randomValue(random, 2), data: rows, success: true };
      const indent = seed % 3;
      const body = JSON.stringify(envelope, null, indent);
      const whole = read(body);
      expect(whole.records).toEqual(rows);
      expect(read(body, usual, byteByByte)).toEqual(whole);
      expect(read(body, usual, () => Math.floor(random() * 40))).toEqual(whole);
    }
  });

  it('come out even of bodies with escapes, brackets in strings and white space everywhere', () => {
    const body =
      ' {\r\n"x" : "]}\\\\" , "data" : [ {"a" : "[{\\"\\\\"} ,\t"\\u005d" , [ ] , -1.5e3 , null , true ] } \n';
    const rows = [{ a: '[{"\\' }, ']', [], -1500, null, true];
    expect(read(body).records).toEqual(rows);
    expect(read(body, usual, byteByByte).records).toEqual(rows);
  });

  it('come out when the list is two keys deep, with the tables beside it passed over', () => {
    const full = {
      success: true,
      data: { carts: [{ data: { custom_requests: [1] } }], custom_requests: [{ id: 7 }], 'x]': { y: [[]] } },
      custom_requests: [{ id: 8 }],
    };
    const answer = read(JSON.stringify(full), [['data', 'custom_requests']], byteByByte);
    expect(answer.records).toEqual([{ id: 7 }]);
    expect(answer.envelope).toEqual({
      success: true,
      data: { carts: [], custom_requests: [], 'x]': {} },
      custom_requests: [],
    });
  });

  it('tell at which path they were found', () => {
    expect(read('{"data": []}').path).toEqual(['data']);
    expect(read('{"paintings": [{}], "count": 1}')).toMatchObject({ path: ['paintings'], rows: 1 });
  });

  it('are found by a key that is written with escapes', () => {
    expect(read('{"d\\u0061ta": [1]}', usual, byteByByte).records).toEqual([1]);
  });

  it('are read behind a byte order mark', () => {
    expect(read(Buffer.from('\u{FEFF}{"data": [1]}'), usual, byteByByte).records).toEqual([1]);
  });

  it('keep __proto__ and constructor as keys of their own, and change no prototype', () => {
    const { records } = read('{"data": [{"__proto__": {"admin": true}, "constructor": 1}]}');
    expect(JSON.stringify(records)).toBe('[{"__proto__":{"admin":true},"constructor":1}]');
    expect(Object.getPrototypeOf(records[0])).toBe(Object.prototype);
    expect('admin' in {}).toBe(false);
  });
});

describe('a bad row', () => {
  const codesOf = (records: unknown[]) =>
    records.map((record) => (record instanceof UnreadableRecord ? record.code : record));

  it.each([
    ['with a syntax error inside', Buffer.from('{"id" 2}'), 'RECORD_NOT_JSON'],
    ['with a raw line feed in a string', Buffer.from('{"id": "\n"}'), 'RECORD_NOT_JSON'],
    ['that is a bare word', Buffer.from('None'), 'RECORD_NOT_JSON'],
    ['that is not UTF-8', Buffer.from('{"id": "\xe9"}', 'latin1'), 'RECORD_NOT_UTF8'],
    ['that begins with a byte order mark', Buffer.from('\u{FEFF}2'), 'RECORD_NOT_JSON'],
    ['over the size limit', Buffer.from(`{"id": "${'x'.repeat(1_000)}"}`), 'RECORD_TOO_LARGE'],
    ['nested 33 levels', Buffer.from('[{"a":'.repeat(16) + '[]' + '}]'.repeat(16)), 'RECORD_TOO_DEEP'],
    ['nested 100,000 levels', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)), 'RECORD_TOO_LARGE'],
  ])('%s is left out alone', (_what, row, code) => {
    const body = Buffer.concat([
      Buffer.from('{"data": [{"id": 1},'),
      row,
      Buffer.from(',{"id": 3}], "count": 3}'),
    ]);
    for (const cut of [() => body.length, () => 7, byteByByte]) {
      const answer = read(body, usual, cut);
      expect(codesOf(answer.records)).toEqual([{ id: 1 }, code, { id: 3 }]);
      expect(answer).toMatchObject({ rows: 3, envelope: { count: 3 } });
    }
  });

  it('says what was expected and nothing of what it holds', () => {
    const { records } = read('{"data": [{"name": "Alice Dupont", oops}]}');
    expect(records).toEqual([
      { code: 'RECORD_NOT_JSON', message: 'Expected a JSON object, got text that does not parse.' },
    ]);
  });

  it('nested 32 levels is fine', () => {
    const row = '['.repeat(32) + ']'.repeat(32);
    expect(JSON.stringify(read(`{"data": [${row}]}`).records)).toBe(`[${row}]`);
  });

  it("is not what Python's NaN and Infinity make: they come as text, strings stay as they are", () => {
    const row = '{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \\" Infinity", "d": "\\\\"}';
    expect(read(`{"data": [{"id": 1}, ${row}]}`).records).toEqual([
      { id: 1 },
      { a: 'NaN', b: ['-Infinity', 'Infinity'], c: 'NaN " Infinity', d: '\\' },
    ]);
  });
});

describe('a body that is no list of rows', () => {
  it.each([
    ['', 'an empty body'],
    [' \n', 'an empty body'],
    ['null', 'null'],
    ['12', 'a number alone'],
    ['"text"', 'text alone'],
    ['true', 'true or false alone'],
    ['<!doctype html><title>x</title>', 'an HTML page'],
    ['Internal error', 'text that is not JSON'],
    ['{"data": [{"id": 1}, {"id"', 'JSON cut off after 1 record'],
    ['{"data": [{"id": 1}', 'JSON cut off after 1 record'],
    ['{"data": [{"id": 1}]', 'JSON cut off after 1 record'],
    ['{"da', 'JSON cut off after 0 records'],
    ['{"data": []} x', 'a JSON object followed by other text'],
    ['{"data": [1,]}', 'text that is not JSON after 1 record'],
    ['{"data": [,1]}', 'text that is not JSON'],
    ['{"data": [1 2]}', 'text that is not JSON after 1 record'],
    ['{"data": [{"a": [}]}', 'text that is not JSON'],
    ['{"data": [], }', 'text that is not JSON'],
    ['{"data": [], "count": 1 2}', 'text that is not JSON'],
    ['{"data" [1]}', 'text that is not JSON'],
    ['{data: [1]}', 'text that is not JSON'],
    ['{"other": [}, "data": []}', 'text that is not JSON'],
    ['{"other": oops, "data": []}', 'text that is not JSON'],
  ])('%j is refused as %s', (body, came) => {
    for (const cut of [() => body.length, byteByByte]) {
      expect(() => read(body, usual, cut)).toThrow(
        expect.objectContaining({ name: 'NotJsonError', code: 'NOT_JSON', came }),
      );
    }
  });

  it.each([
    ['[{"id": 1}]', '', 'expected an object, got a list'],
    ['{"items": []}', 'data or paintings', 'expected a list at data or paintings, got none'],
    ['{"data": {"id": 1}}', 'data', 'expected a list at data, got an object'],
    ['{"paintings": null}', 'paintings', 'expected a list at paintings, got null'],
    ['{"data": "x"}', 'data', 'expected a list at data, got text'],
    ['{"data": [], "paintings": []}', 'paintings', 'expected one list at paintings, got a second one'],
    ['{"__proto__": {"data": []}}', 'data or paintings', 'expected a list at data or paintings, got none'],
  ])('%j has the wrong shape', (body, where, sentence) => {
    expect(() => read(body, usual, byteByByte)).toThrow(
      expect.objectContaining({
        code: 'WRONG_SHAPE',
        where,
        message: expect.stringContaining(`GET /api/export/paintings: ${sentence}`),
      }),
    );
  });

  it('has the wrong shape even when what stands in place of the list is large', () => {
    const body = JSON.stringify({ data: { note: 'x'.repeat(70_000) } });
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'WRONG_SHAPE', where: 'data' }));
  });

  it('is refused when what surrounds the list is too large to hold', () => {
    const body = `{"note": "${'x'.repeat(70_000)}", "data": []}`;
    expect(() => read(body)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', part: 'envelope', limitBytes: 65_536 }),
    );
  });

  it('may nest 100,000 levels beside the list', () => {
    const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
    expect(read(`{"other": ${deep}, "data": [1]}`).records).toEqual([1]);
    expect(() => read(deep)).toThrow(expect.objectContaining({ code: 'WRONG_SHAPE' }));
  });
});

function randomValue(random: () => number, depth: number): unknown {
  const choice = Math.floor(random() * (depth > 4 ? 6 : 8));
  if (choice === 0) return null;
  if (choice === 1) return random() < 0.5;
  if (choice === 2) return Math.floor(random() * 1e6) / 100;
  if (choice < 6) return randomText(random);
  const length = Math.floor(random() * 5);
  if (choice === 6) return Array.from({ length }, () => randomValue(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length }, () => [randomText(random), randomValue(random, depth + 1)]),
  );
}

const characters = [...'ab{}[]",:\\/ \n\tNaNIé漢🎨', '\u{D800}', '\0', '\u{7F}'];

function randomText(random: () => number): string {
  const length = Math.floor(random() * 12);
  return Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join('');
}
