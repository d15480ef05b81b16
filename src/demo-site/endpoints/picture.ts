import { crc32, deflateSync } from 'node:zlib';
import { notFoundPage } from '../answer.ts';
import { mix } from '../records/random.ts';
import type { Handler } from './site.ts';

const WIDTH = 320;
const HEIGHT = 240;
const BLOBS = 5;

/** `GET /static/Images/<file>`: a small abstract painting, always the same for the same name. */
export const picture: Handler = (_site, { name }) => {
  if (name.startsWith('missing')) return notFoundPage();
  const body = png(paint(crc32(name)));
  return {
    status: 200,
    headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=43200' },
    body,
  };
};

/** A wash from one colour to another with soft blobs on it. */
function paint(seed: number): Buffer {
  const number = (salt: number, below: number) => mix(seed, salt, 0) % below;
  const colour = (salt: number) => [
    40 + number(salt, 200),
    40 + number(salt + 1, 200),
    40 + number(salt + 2, 200),
  ];
  const [top, bottom] = [colour(1), colour(4)];
  const blobs = Array.from({ length: BLOBS }, (_, index) => ({
    x: number(10 + index, WIDTH),
    y: number(20 + index, HEIGHT),
    radius: 25 + number(30 + index, 60),
    colour: colour(40 + index * 3),
  }));
  // Each line of a PNG begins with its filter, 0: none.
  const pixels = Buffer.alloc(HEIGHT * (1 + WIDTH * 3));
  let at = 0;
  for (let y = 0; y < HEIGHT; y++) {
    at += 1;
    for (let x = 0; x < WIDTH; x++) {
      const blob = blobs.find((one) => (one.x - x) ** 2 + (one.y - y) ** 2 * 1.6 < one.radius ** 2);
      for (let channel = 0; channel < 3; channel++) {
        const wash = ((top[channel] ?? 0) * (HEIGHT - y) + (bottom[channel] ?? 0) * y) / HEIGHT;
        pixels[at++] = blob ? (wash + 2 * (blob.colour[channel] ?? 0)) / 3 : wash;
      }
    }
  }
  return pixels;
}

function png(pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngPart('IHDR', header),
    pngPart('IDAT', deflateSync(pixels)),
    pngPart('IEND', Buffer.alloc(0)),
  ]);
}

function pngPart(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
