/** Every limit on one call to a template site. Times in milliseconds, sizes in bytes after decompression. */
export interface TemplateLimits {
  /** Reaching the site: DNS, TCP and TLS. */
  connectMs: number;
  /** From the request to the first byte of the answer's body; v1 sites read whole tables before they answer. */
  headersMs: number;
  /** Between two pieces of the body; time in which Cimaise itself is slow to take them does not count. */
  idleMs: number;
  /** A whole small call: stats, settings, one value. */
  callMs: number;
  /** A whole list, the time its consumer takes included: a v1 site answers a million rows in one body. */
  listCallMs: number;
  /** Requests in flight at once, to all sites together; further ones wait. */
  requestsAtOnce: number;
  /** A small answer. */
  maxAnswerBytes: number;
  /** A list. It flows through and is never held, so this only ends a body that never ends. */
  maxListBytes: number;
  /** One row of a list; a larger one is skipped. */
  maxRecordBytes: number;
  /** Levels of lists and objects in one row; a deeper one is skipped. At most 32: the scanner keeps one bit a level. */
  maxRecordDepth: number;
  /** Everything of a list's answer that is not the list. */
  maxEnvelopeBytes: number;
}

const MiB = 1024 * 1024;

export const defaultLimits: TemplateLimits = {
  connectMs: 10_000,
  headersMs: 60_000,
  idleMs: 30_000,
  callMs: 60_000,
  listCallMs: 30 * 60_000,
  requestsAtOnce: 16,
  maxAnswerBytes: MiB,
  maxListBytes: 1024 * MiB,
  maxRecordBytes: MiB,
  maxRecordDepth: 32,
  maxEnvelopeBytes: 64 * 1024,
};
