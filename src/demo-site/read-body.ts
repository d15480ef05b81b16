import type { IncomingMessage } from 'node:http';

const BODY_LIMIT = 20 * 1024 * 1024;

/** The body of a request; what goes past 20 MB is read and dropped. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length <= BODY_LIMIT) parts.push(bytes);
  }
  return Buffer.concat(parts);
}
