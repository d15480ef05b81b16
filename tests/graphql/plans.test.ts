import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { noPersistedOperations } from '../../src/graphql/persisted-operations.ts';
import { createPlannedOperations } from '../../src/graphql/plans/planned-operations.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, cursorKey, readingOnly } from './support/api.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const api = createApi(readingOnly(database));
const { pool } = database;
const planned = createPlannedOperations(
  { yoga: api.yoga, persistedOperations: noPersistedOperations },
  { pool, cursorKey, logger: pino({ level: 'silent' }) },
);

const SITES = 100;
const ROWS = 100_000;

beforeAll(async () => {
  await pool.query(`INSERT INTO site (id, name, url, sealed_key)
    SELECT id, 'Gallery', 'https://' || id || '.example', 'v1.sealed' FROM generate_series(1, ${SITES}) AS id`);
  const keys = `n % ${SITES} + 1, n`;
  const numbers = `generate_series(1, ${ROWS}) AS n`;
  await pool.query(`INSERT INTO painting
      (site_id, source_id, name, category, technique, price, year, quantity, status, display_order, observed_at)
    SELECT ${keys}, 'Événement ' || md5(n::text), 'Category ' || n % 50, 'Technique ' || n / 7 % 40,
      n % 5000, 1900 + n / 3 % 120, CASE WHEN n % 200 = 0 THEN 0 ELSE 1 + n % 40 END,
      (ARRAY['AVAILABLE', 'SOLD', 'RESERVED'])[1 + n % 3]::painting_status, 0, now() FROM ${numbers}`);
  await pool.query(`INSERT INTO "user" (site_id, source_id, name, email, role, observed_at)
    SELECT ${keys}, 'Anaïs ' || md5(n::text), md5(n::text) || '@example.com',
      (CASE WHEN n / 100 % 500 = 0 THEN 'ADMIN' ELSE 'USER' END)::user_role, now() FROM ${numbers}`);
  await pool.query(`INSERT INTO "order"
      (site_id, source_id, customer_name, email, user_source_id, total_price, status, ordered_at, items_digest, observed_at)
    SELECT ${keys}, 'Zoé ' || md5(n::text), md5(n::text) || '@example.com', n, n % 5000,
      (CASE WHEN n / 100 % 500 = 0 THEN 'SHIPPED' ELSE 'DELIVERED' END)::order_status,
      '2020-01-01'::timestamptz + n * interval '10 minutes', '', now() FROM ${numbers}`);
  await pool.query(`INSERT INTO order_item (site_id, order_source_id, position, painting_source_id, price, quantity)
    SELECT site_id, source_id, 0, source_id, 1, 1 FROM "order"`);
  await pool.query(`INSERT INTO exhibition (site_id, source_id, title, location, date, observed_at)
    SELECT ${keys}, 'Salon ' || md5(n::text), 'Étretat ' || n % 200, '2000-01-01'::date + n / 10, now() FROM ${numbers}`);
  await pool.query(`INSERT INTO custom_request (site_id, source_id, client_name, status, observed_at)
    SELECT ${keys}, 'Client ' || md5(n::text),
      (CASE WHEN n / 100 % 500 = 0 THEN 'UNKNOWN' ELSE 'PENDING' END)::custom_request_status, now() FROM ${numbers}`);
  await pool.query(`INSERT INTO site_setting (site_id, key, secret, is_set, observed_at)
    SELECT n % ${SITES} + 1, 'key ' || n, false, true, now() FROM ${numbers}`);
  await pool.query(`INSERT INTO sync_run (id, site_id, status, entities, error_code, ended_at)
    SELECT md5(n::text)::uuid, n % ${SITES} + 1,
      (CASE WHEN n % 500 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END)::run_status,
      CASE WHEN n % 500 = 1 THEN '{CUSTOM_REQUESTS}' ELSE '{PAINTINGS,ORDERS}' END::entity[],
      CASE WHEN n % 500 = 0 THEN 'KEY_REFUSED' END, now() FROM ${numbers}`);
  await pool.query(`INSERT INTO sync_issue (site_id, entity, record, path, code, severity, message, first_run_id)
    SELECT n % ${SITES} + 1, (CASE WHEN n % 50 = 6 THEN 'ORDERS' ELSE 'PAINTINGS' END)::entity, n::text, 'price',
      'CODE_' || n / 3 % 100, 'WARNING', '', md5('1')::uuid FROM ${numbers}`);
  await pool.query(`VACUUM ANALYZE painting, "user", "order", order_item, exhibition, custom_request, site_setting,
    sync_run, sync_issue, site`);
}, 120_000);

async function explain(how: string, statement: unknown): Promise<string> {
  if (typeof statement !== 'object' || statement === null) throw new Error('not a statement of a list');
  const text = `${how} ${String(Reflect.get(statement, 'text'))}`;
  const values: unknown = how.includes('GENERIC') ? [] : Reflect.get(statement, 'values');
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>({
    text,
    values: Array.isArray(values) ? values : [],
  });
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

const needle = 'c4ca4238a0b9';
test.each([
  'paintings(where: {site: {equals: "Site:7"}})',
  'paintings(where: {site: {equals: "Site:7"}, status: {equals: SOLD}}, orderBy: {field: PRICE})',
  'paintings(where: {site: {in: ["Site:7", "Site:8"]}, year: {gte: 2010}})',
  'paintings(where: {category: {equals: "Category 3"}, status: {equals: SOLD}})',
  'paintings(where: {category: {contains: "egory 33"}})',
  'paintings(where: {technique: {equals: "Technique 3"}})',
  'paintings(where: {technique: {contains: "NIQUE 33"}})',
  'paintings(where: {year: {equals: 1984}})',
  'paintings(where: {quantity: {lte: 0}})',
  'paintings(where: {price: {gte: "100", lt: "110"}})',
  `paintings(search: "evenement ${needle}")`,
  'paintings(orderBy: {field: PRICE, direction: DESC})',
  'users(where: {role: {equals: ADMIN}})',
  'users(where: {email: {equals: "c4ca4238a0b923820dcc509a6f75849b@example.com"}})',
  `users(search: "${needle}")`,
  'orders(where: {status: {equals: SHIPPED}})',
  'orders(where: {user: {equals: "User:2:1"}})',
  'orders(where: {painting: {equals: "Painting:2:1"}})',
  'orders(where: {site: {equals: "Site:2"}, painting: {equals: "Painting:2:1"}})',
  'orders(where: {email: {equals: "c4ca4238a0b923820dcc509a6f75849b@example.com"}})',
  'orders(where: {orderedAt: {gte: "2021-01-01T00:00:00Z", lt: "2021-01-02T00:00:00Z"}})',
  'orders(where: {totalPrice: {gte: "100", lt: "110"}})',
  `orders(search: "zoe ${needle}")`,
  'orders(orderBy: {field: TOTAL_PRICE})',
  'orders',
  'exhibitions(where: {date: {gte: "2010-01-01", lt: "2010-01-03"}})',
  'exhibitions(where: {location: {contains: "etretat 33"}})',
  `exhibitions(search: "salon ${needle}")`,
  'exhibitions(orderBy: {field: DATE})',
  'customRequests(where: {status: {equals: UNKNOWN}})',
  `customRequests(search: "${needle}")`,
  'syncRuns(where: {site: {equals: "Site:7"}})',
  'syncRuns(where: {status: {equals: FAILED}})',
  'syncRuns(where: {entity: {equals: CUSTOM_REQUESTS}})',
  'syncRuns(where: {errorCode: {equals: "KEY_REFUSED"}})',
  'issues(where: {site: {equals: "Site:7"}, entity: {equals: ORDERS}})',
  'issues(where: {code: {equals: "CODE_3"}})',
  'issues(where: {entity: {equals: ORDERS}, code: {in: ["CODE_3", "CODE_4"]}})',
  'settings(where: {site: {equals: "Site:7"}, key: {equals: "key 6"}})',
])('%s reads no table of 100,000 rows from end to end', async (list) => {
  const query = vi.spyOn(pool, 'query');
  const answer = await api.send(`{ ${list} { nodes { id } } }`);
  const statements = query.mock.calls.map(([statement]) => statement as unknown);
  await planned(JSON.stringify({ query: `{ ${list} { nodes { id } } }` }));
  const [planOfAll] = query.mock.calls.slice(statements.length).map(([statement]) => statement as unknown);
  query.mockRestore();
  expect(answer.errors).toBeUndefined();
  expect(JSON.stringify(answer.data)).toContain(':');
  expect(statements).toHaveLength(1);
  expect(await explain('EXPLAIN', statements[0])).not.toMatch(/Seq Scan on (?!site\b)/);
  // One plan for any values, as the connections that read have it.
  const generic = planOfAll === undefined ? '' : await explain('EXPLAIN (GENERIC_PLAN)', planOfAll);
  expect(generic).not.toMatch(/Seq Scan on (?!site\b)/);
});
