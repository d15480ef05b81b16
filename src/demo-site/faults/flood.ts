import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Chunk } from '../answer.ts';
import type { Envelope } from '../endpoints/envelope.ts';

const BLOCK_BYTES = 1024 * 1024;

/** Good-looking rows until so many bytes are sent. */
export function* endlessRows(
  envelope: Envelope,
  bytes: number,
  rowOf: (id: number) => string,
): Generator<Chunk> {
  yield envelope.open;
  let id = 0;
  for (let sent = 0; sent < bytes;) {
    const rows: string[] = [];
    for (let index = 0; index < 200; index++) rows.push(rowOf(++id));
    const chunk = (sent === 0 ? '' : ',') + rows.join(',');
    sent += Buffer.byteLength(chunk);
    yield chunk;
  }
  yield envelope.close;
}

/** `{},{},{}…` */
export function* emptyObjects(envelope: Envelope, bytes: number): Generator<Chunk> {
  yield envelope.open;
  const block = '{},'.repeat(10_000);
  for (let sent = 0; sent < bytes; sent += block.length) yield block;
  yield `{}${envelope.close}`;
}

/**
 * A valid gzip stream of one envelope padded with spaces. The padding is compressed once and repeated: a full
 * flush makes each block independent of those before it. Only the checksum is computed along the way.
 */
export function* gzipBomb(envelope: Envelope, bytes: number): Generator<Chunk> {
  const flush = { finishFlush: constants.Z_FULL_FLUSH, level: 9 };
  const padding = Buffer.alloc(BLOCK_BYTES, ' ');
  const packedPadding = deflateRawSync(padding, flush);
  const open = Buffer.from(envelope.open);
  const close = Buffer.from(envelope.close);

  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  yield deflateRawSync(open, flush);
  let checksum = crc32(open);
  let size = open.length;
  while (size < bytes) {
    yield packedPadding;
    checksum = crc32(padding, checksum);
    size += padding.length;
  }
  yield deflateRawSync(close);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(close, checksum), 0);
  trailer.writeUInt32LE((size + close.length) % 2 ** 32, 4);
  yield trailer;
}
