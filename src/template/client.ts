import { bulkhead } from 'cockatiel';
import type { Dispatcher } from 'undici';
import { ask } from './ask.ts';
import { readListCount, readStatsEnvelope, type Generation } from './contract/envelope.ts';
import { FieldCensus } from './contract/field-census.ts';
import type { RecordIssue } from './contract/issues.ts';
import { statsFields, validateStats, type StatsRecord } from './contract/stats.ts';
import { WrongShapeError } from './errors.ts';
import { fetchBody, type Door, type TemplateSite } from './http.ts';
import { createRecordStream, type KeyPath } from './json/record-stream.ts';
import { defaultLimits, type TemplateLimits } from './limits.ts';
import {
  readPriceId,
  readPublishableKey,
  readStripePublishableKey,
  readTemplateConfig,
  type TemplateConfig,
} from './public-settings.ts';
import { putSetting } from './put-setting.ts';
import { readSettings, type SettingsAnswer } from './settings.ts';

export type { TemplateSite } from './http.ts';

/** The lists that both generations serve. */
export type ListName = 'paintings' | 'users' | 'orders' | 'exhibitions' | 'customRequests';

interface CallOptions {
  /** Ends the call; it then throws the signal's own reason. */
  signal?: AbortSignal | undefined;
}

interface ListOptions extends CallOptions {
  /** v1 sites ignore both and answer the whole list. */
  limit?: number | undefined;
  offset?: number | undefined;
}

/** Rows as they came, in their order. One that could not be read is an UnreadableRecord, which validators take too. */
export interface RecordBatch {
  records: unknown[];
  /** How much of the answer was read for them. */
  bytes: number;
  /** When the request was sent. */
  sentAt: Date;
  /** The list broke off and was asked for again, and begins with these rows, otherwise than before. */
  isNewBeginning?: boolean;
}

export interface ListEnd {
  /** Null where the answer is the same in both: a table of `full`. */
  generation: Generation | null;
  rows: number;
  sentAt: Date;
}

interface StatsAnswer {
  stats: StatsRecord;
  issues: RecordIssue[];
  census: FieldCensus;
  sentAt: Date;
}

/**
 * Everything Cimaise asks of a template site, the writing of settings included. Every call throws one of errors.ts, or
 * its signal's reason.
 */
export interface TemplateClient {
  /**
   * Reads one page of a list, row by row as it comes: memory does not grow with the answer. An answer whose `count` is
   * not the number of its rows is a WrongShapeError at the end: some of it is missing.
   */
  list(
    site: TemplateSite,
    name: ListName,
    options?: ListOptions,
  ): AsyncGenerator<RecordBatch, ListEnd, undefined>;
  /** Reads one table of `GET /api/export/full` in the same way; all other tables are passed over unread. */
  fullTable(
    site: TemplateSite,
    table: string,
    options?: CallOptions,
  ): AsyncGenerator<RecordBatch, ListEnd, undefined>;
  stats(site: TemplateSite, options?: CallOptions): Promise<StatsAnswer>;
  settings(site: TemplateSite, options?: CallOptions): Promise<SettingsAnswer>;
  /** `GET /api/export/settings/stripe_publishable_key`; null where the site has none. v1 answers 405. */
  publishableKey(site: TemplateSite, options?: CallOptions): Promise<string | null>;
  /** `GET /api/export/settings/stripe_price_id`; null where the site has none. */
  priceId(site: TemplateSite, options?: CallOptions): Promise<string | null>;
  /** `GET /api/stripe-pk`, which both generations have; null where the site has none. */
  stripePublishableKey(site: TemplateSite, options?: CallOptions): Promise<string | null>;
  templateConfig(site: TemplateSite, options?: CallOptions): Promise<TemplateConfig>;
  /** Writes one setting. Secrets are not sent, but for `export_api_key`, the way to give a site a new key. */
  putSetting(site: TemplateSite, key: string, value: string, options?: CallOptions): Promise<void>;
}

const lists: Record<ListName, { path: string; key: string }> = {
  paintings: { path: '/api/export/paintings', key: 'paintings' },
  users: { path: '/api/export/users', key: 'users' },
  orders: { path: '/api/export/orders', key: 'orders' },
  exhibitions: { path: '/api/export/exhibitions', key: 'exhibitions' },
  customRequests: { path: '/api/export/custom-requests', key: 'custom_requests' },
};

/** A client over the given dispatcher (createTemplateAgent), which the caller closes. */
export function createTemplateClient(options: {
  dispatcher: Dispatcher;
  limits?: Partial<TemplateLimits>;
}): TemplateClient {
  const limits = { ...defaultLimits, ...options.limits };
  const places = bulkhead(limits.requestsAtOnce, Infinity);
  const door: Door = { dispatcher: options.dispatcher, limits, places };
  return {
    list(site, name, { limit, offset, signal } = {}) {
      const query: Record<string, string> = {};
      if (limit !== undefined) query['limit'] = String(limit);
      if (offset !== undefined) query['offset'] = String(offset);
      const { path, key } = lists[name];
      return streamRecords(door, site, { path, query, paths: [['data'], [key]], signal });
    },
    fullTable: (site, table, { signal } = {}) =>
      streamRecords(door, site, { path: '/api/export/full', query: {}, paths: [['data', table]], signal }),
    stats: (site, { signal } = {}) => readStats(door, site, signal),
    settings: (site, { signal } = {}) => readSettings(door, site, signal),
    publishableKey: (site, { signal } = {}) => readPublishableKey(door, site, signal),
    priceId: (site, { signal } = {}) => readPriceId(door, site, signal),
    stripePublishableKey: (site, { signal } = {}) => readStripePublishableKey(door, site, signal),
    templateConfig: (site, { signal } = {}) => readTemplateConfig(door, site, signal),
    putSetting: (site, key, value, { signal } = {}) => putSetting(door, site, { key, value }, signal),
  };
}

interface RecordSource {
  path: string;
  query: Record<string, string>;
  paths: KeyPath[];
  signal: AbortSignal | undefined;
}

async function* streamRecords(
  door: Door,
  site: TemplateSite,
  source: RecordSource,
): AsyncGenerator<RecordBatch, ListEnd, undefined> {
  const call = { method: 'GET', path: source.path, query: source.query, withKey: true } as const;
  const { listCallMs: callMs, maxListBytes: maxDecodedBytes } = door.limits;
  const stream = createRecordStream(call, source.paths, door.limits);
  const sentAt = new Date();
  let bytes = 0;
  for await (const piece of fetchBody(door, site, call, { signal: source.signal, callMs, maxDecodedBytes })) {
    const records = stream.push(piece);
    bytes += piece.length;
    if (records.length === 0) continue;
    yield { records, bytes, sentAt };
    bytes = 0;
  }
  const { path, envelope, rows } = stream.end();
  const generation = path.length > 1 ? null : path[0] === 'data' ? 'V1' : 'V2';
  const declared = readListCount(call, envelope);
  if (declared !== null && declared !== rows) {
    throw new WrongShapeError(call, 'count', `the ${rows} rows of the list`, String(declared));
  }
  return { generation, rows, sentAt };
}

async function readStats(
  door: Door,
  site: TemplateSite,
  signal: AbortSignal | undefined,
): Promise<StatsAnswer> {
  const call = { method: 'GET', path: '/api/export/stats', withKey: true } as const;
  const sentAt = new Date();
  const figures = readStatsEnvelope(call, await ask(door, site, call, signal));
  const census = new FieldCensus(statsFields);
  census.count(figures);
  const { record, issues } = validateStats(figures);
  return { stats: record, issues, census, sentAt };
}
