import type { IncomingMessage } from 'node:http';

import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';

import { createDataVersion } from '../db/data-version.ts';
import type { Viewer } from './authentication.ts';

/** An answer to those who ask the same, for as long as the data stays at its version. */
export interface KeptAnswer {
  /** Of the data, read before the answer was made. */
  readonly version: string;
  /** In ms since 1970, where it changes without the data. */
  readonly validUntil: number | undefined;
  readonly contentType: string;
  /** The `ETag` that the first one was sent with. */
  readonly tag?: string | undefined;
  /** Its bytes, as the characters of Latin-1: a text goes out in one write with the headers, a buffer in two. */
  readonly body: string;
}

export interface KeptAnswers {
  /** The version of the data now: no older than this call. */
  version(): Promise<string>;
  /** The answer, if it is what would be answered at this version. */
  get(key: string, version: string): KeptAnswer | undefined;
  set(key: string, answer: KeptAnswer): void;
}

const BYTES_PER_MB = 1_000_000;
const MAX_ANSWER_BYTES = 1_000_000;
/** What an answer takes beside its body, more or less: key, entry, buffer. */
const OVERHEAD_BYTES = 500;

/** The least recently used goes first. Null for 0 MB. */
export function createKeptAnswers(pool: Pool, megabytes: number): KeptAnswers | null {
  if (megabytes === 0) return null;
  const answers = new LRUCache<string, KeptAnswer>({
    maxSize: megabytes * BYTES_PER_MB,
    maxEntrySize: MAX_ANSWER_BYTES,
    sizeCalculation: ({ body }, key) => body.length + key.length + OVERHEAD_BYTES,
  });
  return {
    version: createDataVersion(pool),
    get(key, version) {
      const answer = answers.get(key);
      if (answer?.version !== version || Date.now() >= (answer.validUntil ?? Infinity)) return undefined;
      return answer;
    },
    set: (key, answer) => void answers.set(key, answer),
  };
}

/** Names an answer by all that it depends on, beside the data: who asks, for what, and in which form. */
export function keyOf(viewer: Viewer, { method, url, headers }: IncomingMessage, body: Buffer): string {
  const request = [viewer.id, method, url, headers.accept, headers['content-type']];
  return JSON.stringify(request) + body.toString('latin1');
}
