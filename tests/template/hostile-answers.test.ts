import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { UnreadableRecord } from '../../src/template/json/parse-records.ts';
import { validatePainting } from '../../src/template/contract/painting.ts';
import { testClient } from './support/client.ts';
import { serve, serveText, type TestServer } from './support/serve.ts';

const MiB = 1024 * 1024;

interface Reading {
  rows: number;
  unreadable: string[];
  failure: unknown;
  grownMiB: number;
}

/** Reads a list to its end or failure, holding no row, and tells how much memory that took. */
async function readAway(server: TestServer, maxListBytes = 128 * MiB): Promise<Reading> {
  const memory = () => {
    const { rss, arrayBuffers } = process.memoryUsage();
    return Math.max(rss, arrayBuffers);
  };
  const before = memory();
  let peak = before;
  const reading: Reading = { rows: 0, unreadable: [], failure: null, grownMiB: 0 };
  try {
    const list = testClient({ maxListBytes }).list({ url: server.url, apiKey: 'a-key' }, 'paintings');
    for await (const { records } of list) {
      reading.rows += records.length;
      for (const record of records)
        if (record instanceof UnreadableRecord) reading.unreadable.push(record.code);
      peak = Math.max(peak, memory());
    }
  } catch (error) {
    reading.failure = error;
  }
  reading.grownMiB = (Math.max(peak, memory()) - before) / MiB;
  return reading;
}

/** Sends the same piece for ever, as fast as it is taken; counts what was sent. */
function flood(response: ServerResponse, piece: Uint8Array, sent: { bytes: number }): void {
  const more = () => {
    while (!response.destroyed) {
      sent.bytes += piece.length;
      if (!response.write(piece)) return;
    }
  };
  response.on('drain', more);
  more();
}

const row = JSON.stringify({ id: 1, name: 'Brume à Étretat', price: 89.9, status: 'Vendu', year: '2024' });

it.each([
  ['rows', `${row},`.repeat(500)],
  ['one string', 'x'.repeat(64 * 1024)],
  ['white space', ' '.repeat(64 * 1024)],
  ['one level deeper each', '['.repeat(64 * 1024)],
])('a body of %s without end stops at the limit, in bounded memory', async (what, piece) => {
  const sent = { bytes: 0 };
  const server = await serve((_request, response) => {
    response.write(what === 'one string' ? '{"paintings": ["' : '{"paintings": [');
    flood(response, Buffer.from(piece), sent);
  });
  const { failure, grownMiB } = await readAway(server);
  expect(failure).toMatchObject({ code: 'TOO_LARGE', part: 'answer', limitBytes: 128 * MiB });
  expect(sent.bytes).toBeLessThan(160 * MiB);
  await expect.poll(server.openSockets).toBe(0);
  expect(grownMiB).toBeLessThan(100);
});

it('a gzip bomb of 2 GiB stops at the limit of decoded bytes, in bounded memory', async () => {
  // Members of a gzip file follow each other freely (RFC 1952, 2.2).
  const member = gzipSync(`${row},`.repeat(10_000));
  const members = Math.ceil((2048 * MiB) / (10_000 * (row.length + 1)));
  const bomb = Buffer.concat([gzipSync('{"paintings": ['), ...Array<Buffer>(members).fill(member)]);
  expect(bomb.length).toBeLessThan(16 * MiB);
  const server = await serveText(bomb, { 'content-encoding': 'gzip' });
  const { failure, rows, grownMiB } = await readAway(server);
  expect(failure).toMatchObject({ code: 'TOO_LARGE', part: 'answer', limitBytes: 128 * MiB });
  expect(rows).toBeGreaterThan(500_000);
  await expect.poll(server.openSockets).toBe(0);
  expect(grownMiB).toBeLessThan(100);
});

it('a gzip bomb in a small answer stops at the small limit', async () => {
  const { url } = await serveText(gzipSync(' '.repeat(64 * MiB)), { 'content-encoding': 'gzip' });
  await expect(testClient().stats({ url, apiKey: 'a-key' })).rejects.toMatchObject({
    code: 'TOO_LARGE',
    limitBytes: MiB,
  });
});

it('a row of 100 MiB is skipped in bounded memory, and the rows around it are read', async () => {
  const server = await serve(async (_request, response) => {
    response.write(`{"paintings": [${row}, {"name": "`);
    const piece = 'x'.repeat(MiB);
    for (let written = 0; written < 100; written++) {
      // oxlint-disable-next-line no-await-in-loop -- no faster than it is taken
      await new Promise((resolve) => response.write(piece, resolve));
    }
    response.end(`"}, ${row}]}`);
  });
  const { rows, unreadable, failure, grownMiB } = await readAway(server);
  expect({ rows, unreadable, failure }).toEqual({ rows: 3, unreadable: ['RECORD_TOO_LARGE'], failure: null });
  expect(grownMiB).toBeLessThan(100);
});

it('a body nested 100,000 levels is refused, a row nested so is skipped', async () => {
  const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
  const body = await readAway(await serveText(deep));
  expect(body.failure).toMatchObject({ code: 'WRONG_SHAPE' });
  const lists = await readAway(await serveText('['.repeat(100_000) + ']'.repeat(100_000)));
  expect(lists.failure).toMatchObject({ code: 'WRONG_SHAPE' });
  const inRow = await readAway(
    await serveText(`{"paintings": [${row}, {"id": 2, "name": ${deep}}, ${row}]}`),
  );
  expect(inRow).toMatchObject({ rows: 3, unreadable: ['RECORD_TOO_DEEP'], failure: null });
});

it('a body that comes a byte at a time reads the same', async () => {
  const body = Buffer.from(`{"count": 2, "paintings": [${row}, ${row}]}`);
  const server = await serve(async (_request, response) => {
    response.socket?.setNoDelay(true);
    for (const byte of body) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await new Promise((resolve) => response.write(Buffer.of(byte), resolve));
    }
    response.end();
  });
  expect(await readAway(server)).toMatchObject({ rows: 2, unreadable: [], failure: null });
});

it.each([
  [
    'a __proto__ key',
    Buffer.from('{"__proto__": {"id": 9, "price": 9}, "id": 2, "name": "x"}'),
    ['price PRICE_INVALID'],
  ],
  [
    'all of it in __proto__',
    Buffer.from('{"__proto__": {"id": 9, "name": "x", "price": 9}}'),
    ['id ID_INVALID'],
  ],
  ['invalid UTF-8', Buffer.from('{"id": 2, "name": "\xe9"}', 'latin1'), [' RECORD_NOT_UTF8']],
  ['a lone surrogate', Buffer.from('{"id": 2, "name": "\\ud800", "price": 1}'), ['name TEXT_NOT_STORABLE']],
  ['U+0000', Buffer.from('{"id": 2, "name": "a\\u0000b", "price": 1}'), ['name TEXT_NOT_STORABLE']],
  ['NaN for a price', Buffer.from('{"id": 2, "name": "x", "price": NaN}'), ['price PRICE_INVALID']],
  ['1e999 for a price', Buffer.from('{"id": 2, "name": "x", "price": 1e999}'), ['price PRICE_INVALID']],
])('a row with %s is rejected alone, with its reason', async (_what, bad, expected) => {
  const parts = [`{"paintings": [${row},`, bad, `,${row}]}`].map((part) => Buffer.from(part));
  const { url } = await serveText(Buffer.concat(parts));
  const results = [];
  for await (const { records } of testClient().list({ url, apiKey: 'a-key' }, 'paintings')) {
    for (const record of records) results.push(validatePainting(record, { strict: false }));
  }
  expect(results.map(({ record }) => record?.sourceId ?? null)).toEqual([1, null, 1]);
  const errors = results[1]?.issues.filter((issue) => issue.severity === 'ERROR') ?? [];
  expect(errors.map(({ path, code }) => `${path} ${code}`)).toEqual(expect.arrayContaining(expected));
  expect('price' in {}).toBe(false);
});
