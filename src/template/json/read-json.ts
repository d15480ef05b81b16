import { NotJsonError, type Call } from '../errors.ts';
import { describeText } from './describe.ts';
import { parseLenient } from './parse-records.ts';

/** A small answer as a whole. Its size is limited where it is fetched. */
export async function readJson(call: Call, pieces: AsyncIterable<Uint8Array>): Promise<object> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  const text = decodeUtf8(Buffer.concat(parts));
  if (text === null) throw new NotJsonError(call, 'broken UTF-8');
  const parsed = parseLenient(text);
  if (typeof parsed !== 'object' || parsed === null) throw new NotJsonError(call, describeText(text));
  return parsed;
}

/** The text, without a byte order mark; null where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
