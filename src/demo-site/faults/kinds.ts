import { z } from 'zod';

const GIGABYTE = 1024 ** 3;

/** When a fault works; the same for every kind. */
const when = {
  /** Starts with the n-th request after it was set: 1, the default, is the very next one. */
  after: z.number().int().min(1).default(1),
  /** Heals after so many faulty answers; by default never. */
  times: z.number().int().min(1).optional(),
};

function kind<Name extends string, Options extends z.ZodRawShape>(
  name: Name,
  what: string,
  options: Options,
) {
  return z.strictObject({ kind: z.literal(name), ...when, ...options }).describe(what);
}

const milliseconds = (usual: number) => z.number().int().min(0).default(usual);
const bytes = (usual: number) => z.number().int().min(1).default(usual);

/** Fields of a row: `price`, `items[].quantity`; of an answer that is no list of rows: `stats.orders_count`. */
const fields = z.array(z.string()).default([]);

export const BadRow = z.enum([
  'missing-id',
  'text-id',
  'huge-id',
  'negative-price',
  'infinite-price',
  'nan-price',
  'comma-price',
  'absurd-date',
  'long-text',
  'nul-character',
  'duplicate-id',
  'column-names',
]);
export type BadRow = z.infer<typeof BadRow>;

/** Every way in which the demo site can go wrong: the one table of kinds, with their options. */
export const Fault = z.discriminatedUnion('kind', [
  kind('key-refused', 'The right key is refused: 403 in v1, 401 in v2.', {}),
  kind('server-error', 'Answers 500 with a JSON error.', {
    status: z.number().int().min(500).max(599).default(500),
  }),
  kind('not-found', 'Answers 404 with an HTML page, as if the endpoint did not exist.', {}),
  kind('rate-limited', 'Answers 429 with Retry-After, in seconds or as an HTTP date.', {
    retryAfterSeconds: z.number().int().min(0).default(1),
    as: z.enum(['seconds', 'date', 'nothing']).default('seconds'),
  }),
  kind('leaking-pool', 'Works for some requests, then answers 500 until the fault is cleared.', {
    works: z.number().int().min(0).default(5),
  }),
  kind('down-socket', 'Resets the connection before any header.', {}),
  kind('reset-mid-body', 'Resets the connection in the middle of the body.', {}),
  kind('slow-headers', 'Waits before it sends anything.', { ms: milliseconds(5_000) }),
  kind('slow-body', 'Sends the body a few bytes at a time, with a pause after each.', {
    ms: milliseconds(50),
    bytes: bytes(1),
  }),
  kind('redirect', 'Answers a redirect, by default to the same path of another origin.', {
    to: z.string().min(1).optional(),
    status: z.number().int().min(300).max(399).default(302),
  }),
  kind('html', 'Answers 200 with an HTML page.', {}),
  kind('empty', 'Answers 200 with no body.', {}),
  kind('null-body', 'Answers 200 with `null`.', {}),
  kind('not-json', 'Answers 200 with text that is no JSON, called JSON.', {}),
  kind('truncated', 'Cuts the JSON off in the middle of a record; the HTTP message ends cleanly.', {}),
  kind('wrong-length', 'Promises a longer body than it sends, then closes.', { more: bytes(1_000) }),
  kind('wrong-envelope', 'Answers JSON of another shape than expected.', {
    as: z.enum(['items', 'list', 'object', 'text', 'number', 'list-is-object']).default('items'),
  }),
  kind('deeply-nested', 'Nests lists very deep: as the whole body, or inside the first row.', {
    levels: z.number().int().min(1).default(100_000),
    where: z.enum(['body', 'row']).default('body'),
  }),
  kind('proto-keys', 'Adds `__proto__` and `constructor` keys to the first row.', {}),
  kind('invalid-utf8', 'Puts bytes that are not UTF-8 into the first text of the first row.', {}),
  kind('lone-surrogates', 'Puts an escaped lone surrogate into the first text of the first row.', {}),
  kind('huge', 'Streams a list of good-looking rows without end in sight, as fast as the client reads.', {
    bytes: bytes(2 * GIGABYTE),
  }),
  kind('gzip-bomb', 'A gzip body of about 2 MB that expands to more than 2 GB of valid JSON.', {
    bytes: bytes(2 * GIGABYTE + 1),
  }),
  kind('many-empty-objects', 'A list of millions of `{}`.', { bytes: bytes(30_000_000) }),
  kind('bad-rows', 'Makes some rows of the page bad, one for each kind named, the others stay good.', {
    rows: z.array(BadRow).min(1),
    on: z.enum(['first-page', 'every-page']).default('first-page'),
    textBytes: bytes(5_000_000),
  }),
  kind('drift', 'Every row departs from the contract: fields that are new, gone, or of another type.', {
    adds: fields,
    drops: fields,
    retypes: fields,
  }),
  kind('duplicate-across-pages', 'Every page but the first begins one row early, as after an insertion.', {}),
  kind('missed-across-pages', 'Every page but the first begins one row late, as after a deletion.', {}),
  kind('ignore-offset', 'Always answers the first page.', {}),
  kind('ignore-limit', 'Always answers the whole list, whatever limit and offset say.', {}),
  kind('cap-limit', 'Never answers more rows than this on a page.', {
    rows: z.number().int().min(1).default(50),
  }),
  kind('hidden-rows', 'Answers as if the last rows of the list had been deleted.', {
    rows: z.number().int().min(1).default(1),
  }),
  kind('shuffled-ties', 'Orders of one moment change places from request to request.', {}),
  kind('stats-wrong', 'The counts of the statistics are off, or replaced by those given.', {
    by: z.number().int().default(10),
    counts: z.record(z.string(), z.number()).default({}),
  }),
]);
export type Fault = z.infer<typeof Fault>;
/** A fault as it is set: options that have a default may be left out. */
export type FaultInput = z.input<typeof Fault>;
export type FaultKind = Fault['kind'];
export const FaultKind: z.ZodType<FaultKind> = z.custom<FaultKind>((name) =>
  Fault.options.some((option) => option.shape.kind.value === name),
);

export const Endpoint = z.enum([
  'paintings',
  'users',
  'orders',
  'exhibitions',
  'customRequests',
  'settings',
  'setting',
  'stats',
  'full',
  'stripePk',
  'templateConfig',
  'upload',
  'picture',
  'home',
]);
/** What a fault can be set on; `setting` is one setting, read or written. */
export type Endpoint = z.infer<typeof Endpoint>;

/** Every kind with its one-line explanation, for a person. */
export const faultKinds: readonly { kind: FaultKind; what: string; options: string[] }[] = Fault.options.map(
  (option) => ({
    kind: option.shape.kind.value,
    what: option.description ?? '',
    options: Object.keys(option.shape).filter((name) => name !== 'kind'),
  }),
);
