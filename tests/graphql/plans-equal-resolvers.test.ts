import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';

import { openReadingPool } from '../../src/db/client.ts';
import { noPersistedOperations } from '../../src/graphql/persisted-operations.ts';
import { createPlannedOperations } from '../../src/graphql/plans/planned-operations.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, cursorKey, readingOnly } from './support/api.ts';
import {
  nastyAmounts,
  nastyMoments,
  nastyNumbers,
  nastyRows,
  nastyTexts,
  SOURCE_IDS,
} from './support/nasty-rows.ts';
import { cursorsOf, randomOperations } from './support/random-operations.ts';

const OPERATIONS = 400;

const database = await createTestDatabase();
const warnings: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
const pool = openReadingPool(database.url, {
  applicationName: 'test',
  connections: 2,
  onError: () => undefined,
});
afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});
const api = createApi(readingOnly(database));
const planned = createPlannedOperations(
  { yoga: api.yoga, persistedOperations: noPersistedOperations },
  { pool, cursorKey, logger },
);
const { schema } = api.yoga.getEnveloped({});

const siteIds = await nastyRows(database);
const recordIds = (typename: string) => [
  ...siteIds.flatMap((siteId) => SOURCE_IDS.map((sourceId) => `${typename}:${siteId}:${sourceId}`)),
  `${typename}:1:5`,
  `${typename}:999:1`,
];

/** Cursors of every list in every order that is in the answers of the resolvers. */
async function readCursors(): Promise<Map<string, string[]>> {
  const Edges = z.object({ edges: z.array(z.object({ cursor: z.string() })) });
  const OfSites = z.object({ sites: z.object({ nodes: z.array(z.record(z.string(), Edges)) }) });
  const cursors = new Map<string, string[]>();
  const ask = async (field: string, orderBy?: { field: string; direction: string }) => {
    const order = orderBy && `, orderBy: {field: ${orderBy.field}, direction: ${orderBy.direction}}`;
    const list = `${field}(first: 100, includeDeleted: true${order ?? ''}) { edges { cursor } }`;
    const { data } = await api.send(`{ ${list} sites { nodes { ${list} } } }`);
    const root = z.record(z.string(), z.unknown()).parse(data);
    const ofSites = OfSites.parse(data).sites.nodes.flatMap((site) => site[field]?.edges ?? []);
    cursors.set(
      cursorsOf('Query', field, orderBy),
      Edges.parse(root[field]).edges.map(({ cursor }) => cursor),
    );
    cursors.set(
      cursorsOf('Site', field, orderBy),
      ofSites.map(({ cursor }) => cursor),
    );
  };
  const orders = {
    paintings: ['ID', 'PRICE'],
    orders: ['ID', 'ORDERED_AT', 'TOTAL_PRICE'],
    exhibitions: ['ID', 'DATE'],
    users: ['ID'],
    customRequests: ['ID'],
  };
  for (const [name, fields] of Object.entries(orders)) {
    await ask(name);
    for (const field of fields) {
      for (const direction of ['ASC', 'DESC']) await ask(name, { field, direction });
    }
  }
  const { data } = await api.send(`{ sites { edges { cursor } } orders(first: 100) {
    nodes { items { edges { cursor } } } } }`);
  const rest = z
    .object({ sites: Edges, orders: z.object({ nodes: z.array(z.object({ items: Edges })) }) })
    .parse(data);
  cursors.set(
    cursorsOf('Query', 'sites'),
    rest.sites.edges.map(({ cursor }) => cursor),
  );
  const items = rest.orders.nodes.flatMap((order) => order.items.edges.map(({ cursor }) => cursor));
  cursors.set(cursorsOf('Order', 'items'), items);
  return cursors;
}

const given = {
  cursors: await readCursors(),
  values: {
    ...Object.fromEntries(
      ['Painting', 'User', 'Order', 'Exhibition', 'CustomRequest'].map((name) => [name, recordIds(name)]),
    ),
    Site: [...siteIds, 999].map((id) => `Site:${id}`),
    String: nastyTexts.filter((text) => /[\p{L}\p{N}]/u.test(text) && text.length <= 100),
    search: ['plain', 'evenement', `O'Reilly`, 'nothing of it'],
    Boolean: [true, false],
    Int: nastyNumbers,
    Decimal: nastyAmounts,
    DateTime: nastyMoments,
    Date: nastyMoments.map((moment) => moment.slice(0, 10)),
  },
};

test('a plan answers any operation as the resolvers do, to the order of the fields', async () => {
  let plans = 0;
  const isTheSame = fc.asyncProperty(randomOperations(schema, given), async (operation) => {
    const { query, variables, takesResolvers } = operation;
    const asked = `${query}\n${JSON.stringify(variables)}`;
    const [answer, plan] = await Promise.all([
      api.send(query, variables),
      planned(JSON.stringify({ query, variables })),
    ]);
    if (plan !== null) plans += 1;
    const same = plan ?? { data: JSON.stringify(answer.data), extensions: answer.extensions };
    const isRefused = answer.errors !== undefined;
    expect({
      asked,
      isExpected: plan === null ? takesResolvers || isRefused : !isRefused,
      warnings: warnings.splice(0),
      data: JSON.stringify(JSON.parse(same.data ?? 'null')), // in the order that the fields came in
      extensions: same.extensions,
    }).toEqual({
      asked,
      isExpected: true,
      warnings: [],
      data: JSON.stringify(answer.data ?? null),
      extensions: answer.extensions,
    });
  });
  await fc.assert(isTheSame, { numRuns: OPERATIONS });
  expect(plans).toBeGreaterThan(0.8 * OPERATIONS);
}, 60_000);
