import { pipeline, type Transform } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { NotJsonError, type Call } from './errors.ts';

const zlibOptions = { chunkSize: 64 * 1024 };

/** The body's bytes after content decoding, in pieces of at most 64 KiB; a piece is decoded when it is asked for. */
export async function* decodeBody(
  answer: Dispatcher.ResponseData,
  call: Call,
): AsyncGenerator<Uint8Array, void, undefined> {
  const header = answer.headers['content-encoding'] ?? 'identity';
  const encoding = typeof header === 'string' ? header.trim().toLowerCase() : 'several at once';
  if (encoding === 'identity' || encoding === '') {
    yield* answer.body;
  } else if (encoding === 'gzip' || encoding === 'x-gzip') {
    yield* through(createGunzip(zlibOptions), answer.body);
  } else if (encoding === 'deflate') {
    yield* inflate(answer.body);
  } else {
    // Its name is the site's own text: it is not repeated.
    throw new NotJsonError(call, 'a body in a content encoding that was not asked for');
  }
}

async function* through(decoder: Transform, encoded: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Either side's failure ends both, and reaches the reader through the decoder.
  pipeline(encoded, decoder, () => {});
  try {
    yield* decoder;
  } finally {
    decoder.destroy();
  }
}

/** "deflate" is zlib by RFC 9110, 8.4.1.2, and raw deflate by some servers: the first byte tells which. */
async function* inflate(encoded: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = encoded[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done === true) return;
  const isZlib = ((first.value[0] ?? 0) & 0x0f) === 8;
  yield* through(
    isZlib ? createInflate(zlibOptions) : createInflateRaw(zlibOptions),
    (async function* () {
      yield first.value;
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
    })(),
  );
}
