import fc from 'fast-check';

import type { Entity } from '../../../src/db/generated/prisma/enums.ts';
import { BadRow, type FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import type { Row } from '../../../src/demo-site/rows/json.ts';

export const lists = ['paintings', 'users', 'orders'] as const;
export type List = (typeof lists)[number];

/** Something that happens to one row of the site; `pick` points at the row. */
export type Change = { list: List; pick: number; told: boolean } & (
  { what: 'insert' | 'change'; patch: Row } | { what: 'delete' | 'revive' | 'tie' | 'purge' | 'nothing' }
); // one that is told of is read and written at once, beside any sync

/** How the work on a run ends. Places are counted from its beginning. */
export type Ending =
  | { as: 'done' }
  /** The process is told to stop. */
  | { as: 'stopped' | 'cancelled'; atRequest: number }
  /** The process is killed: before a statement, or after it was done but before it was known to be. */
  | { as: 'killed'; atStatement: number; isDone: boolean }
  /** The process is given up for dead, another takes the run up, and the first wakes in the middle of that. */
  | { as: 'overtaken'; atTransaction: number; wakesAt: number };

/** Changes while a run is worked on: before its n-th request is answered, or its n-th transaction begins. */
interface Meanwhile {
  at: 'request' | 'transaction';
  place: number;
  changes: Change[];
}

export type Step =
  | { do: 'change'; changes: Change[] }
  | { do: 'fault'; on: List | 'stats' | '*'; fault: FaultInput }
  | { do: 'heal' }
  | { do: 'decide'; confirm: boolean }
  | { do: 'sync'; entities: Entity[]; meanwhile: Meanwhile[]; ending: Ending };

/** A site, a gateway, and what happens to both. */
export interface History {
  generation: 'v1' | 'v2';
  counts: Record<List, number>;
  /** Rows the site gives at once at most. */
  cap: number | null; // v1 gives all rows always
  pageRows: number;
  holdPercent: number;
  steps: Step[];
}

const list = fc.constantFrom(...lists);
const where = { list, pick: fc.nat({ max: 99 }), told: fc.nat({ max: 3 }).map((one) => one === 3) };
const seldom = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: usual }, { weight: 1, arbitrary: odd });

const price = seldom<string | number>(
  fc.integer({ min: 0, max: 400 }).map((quarters) => quarters / 4),
  fc.constantFrom(-1, '12,50', '7.25'),
);
const item = fc.record({
  id: fc.integer({ min: 1, max: 9 }),
  painting_id: fc.integer({ min: 1, max: 9 }),
  price: fc.integer({ min: 0, max: 9 }),
  quantity: fc.integer({ min: 1, max: 3 }),
});

/** A value for any column that is not the key. Few values, so that some come back. */
const patchOf: Record<List, fc.Arbitrary<Row>> = {
  paintings: fc.oneof(
    fc.record({ price }),
    fc.record({ display_order: fc.nat({ max: 60 }) }),
    fc.record({ quantity: fc.integer({ min: -1, max: 3 }) }),
    fc.record({ status: fc.constantFrom('Disponible', 'Vendu', 'vendu', 'Ailleurs', null) }),
    fc.record({ year: fc.constantFrom('2019', 'vers 2020', '', null) }),
    fc.record({ image: fc.constantFrom('Images/a.webp', 'b.webp', null) }),
    fc.record({ description: fc.constantFrom('Une.', 'Deux, "trois" \\ {quatre}', '', null) }),
    fc.record({ framed: fc.constantFrom(0, 1, null) }),
  ),
  users: fc.oneof(
    fc.record({ role: fc.constantFrom('admin', 'user', 'Admin', 'guest', null) }),
    fc.record({ email: fc.constantFrom('a@example.com', 'B@example.org', 'none', null) }),
    fc.record({ city: fc.constantFrom('Lyon', 'Nîmes', null) }),
  ),
  orders: fc.oneof(
    fc.record({ total_price: price }),
    fc.record({ status: fc.constantFrom('En cours', 'Livrée', 'livrée', null) }),
    fc.record({ items: fc.array(item, { maxLength: 4 }) }),
    fc.record({ order_date: fc.integer({ min: 10, max: 28 }).map((day) => `2024-05-${day} 10:00:00`) }),
  ),
};

const patched = (what: 'insert' | 'change') =>
  list.chain((one) =>
    fc.record({ what: fc.constant(what), ...where, list: fc.constant(one), patch: patchOf[one] }),
  );

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: patched('insert') },
  { weight: 5, arbitrary: patched('change') },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('delete' as const), ...where }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constantFrom('revive' as const, 'tie', 'purge', 'nothing'), ...where }),
  },
);
const changes = fc.array(change, { minLength: 1, maxLength: 6 });

const when = { after: fc.integer({ min: 1, max: 8 }), times: fc.integer({ min: 1, max: 6 }) };
const plainFault = fc.record({
  ...when,
  kind: fc.constantFrom(
    'key-refused' as const,
    'server-error',
    'not-found',
    'rate-limited',
    'leaking-pool',
    'down-socket',
    'reset-mid-body',
    'redirect',
    'html',
    'empty',
    'null-body',
    'not-json',
    'truncated',
    'wrong-length',
    'wrong-envelope',
    'proto-keys',
    'invalid-utf8',
    'lone-surrogates',
    'duplicate-across-pages',
    'missed-across-pages',
    'ignore-offset',
    'ignore-limit',
    'cap-limit',
    'shuffled-ties',
    'stats-wrong',
  ),
});
const fault: fc.Arbitrary<FaultInput> = fc.oneof(
  { weight: 25, arbitrary: plainFault },
  {
    weight: 3,
    arbitrary: fc.record({
      ...when,
      kind: fc.constant('cap-limit' as const),
      rows: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...when,
      kind: fc.constant('stats-wrong' as const),
      by: fc.integer({ min: -9, max: 9 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...when,
      kind: fc.constant('wrong-envelope' as const),
      as: fc.constantFrom('items' as const, 'list', 'object', 'text', 'number', 'list-is-object'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...when,
      kind: fc.constant('bad-rows' as const),
      on: fc.constantFrom('first-page' as const, 'every-page'),
      textBytes: fc.constant(2_000),
      rows: fc.subarray(BadRow.options, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...when,
      kind: fc.constant('drift' as const),
      adds: fc.subarray(['couleur', 'price']),
      drops: fc.subarray(['id', 'status', 'price', 'items']),
      retypes: fc.subarray(['id', 'price', 'name', 'quantity']),
    }),
  },
);

const ending: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ as: 'done' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      as: fc.constantFrom('stopped' as const, 'cancelled'),
      atRequest: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      as: fc.constant('killed' as const),
      atStatement: fc.integer({ min: 1, max: 90 }),
      isDone: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      as: fc.constant('overtaken' as const),
      atTransaction: fc.integer({ min: 1, max: 20 }),
      wakesAt: fc.integer({ min: 1, max: 20 }),
    }),
  },
);

const entities: fc.Arbitrary<Entity[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Entity[]>(['STATS', 'PAINTINGS', 'USERS', 'ORDERS']) },
  { weight: 1, arbitrary: fc.subarray<Entity>(['STATS', 'PAINTINGS', 'USERS', 'ORDERS'], { minLength: 1 }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change' as const), changes }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      on: fc.constantFrom(...lists, 'stats' as const, '*' as const),
      fault,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'heal' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decide' as const), confirm: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      entities,
      meanwhile: fc.array(
        fc.record({
          at: fc.constantFrom('request' as const, 'transaction'),
          place: fc.integer({ min: 1, max: 24 }),
          changes,
        }),
        { maxLength: 5 },
      ),
      ending,
    }),
  },
);

export const history: fc.Arbitrary<History> = fc.record({
  generation: fc.constantFrom('v2' as const, 'v2', 'v1'),
  counts: fc.record({
    paintings: fc.nat({ max: 40 }),
    users: fc.nat({ max: 12 }),
    orders: fc.nat({ max: 24 }),
  }),
  cap: fc.option(fc.integer({ min: 2, max: 8 }), { freq: 4 }),
  pageRows: fc.integer({ min: 2, max: 12 }),
  holdPercent: fc.constantFrom(20, 100),
  steps: fc.array(step, { minLength: 2, maxLength: 9 }),
});
