import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';
import { statementsOf } from './support/statements.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

const DriftOfSites = graphql(`
  query DriftOfSites {
    sites {
      nodes {
        drift(first: 2) {
          totalCount
          nodes {
            entity
            kind
            path
            expected
            found
            resolvedAt
            site {
              name
            }
          }
          pageInfo {
            hasNextPage
          }
        }
        all: drift(includeResolved: true) {
          totalCount
        }
      }
    }
  }
`);

test('a site shows its open drift, oldest first, and what is over when it is asked to', async () => {
  const siteId = await rows.site({ name: 'Drifting' });
  const steady = await rows.site({ name: 'Steady' });
  const runId = await rows.run(siteId);
  const resolvedAt = new Date();
  await rows.drift(siteId, runId, { path: 'weight', resolvedAt, resolvedRunId: runId });
  await rows.drift(siteId, runId);
  await rows.drift(siteId, runId, { kind: 'UNKNOWN_FIELD', path: 'couleur', expected: null });
  await rows.drift(siteId, runId, { kind: 'VANISHED', path: 'items[].image', entity: 'ORDERS', found: null });
  await rows.drift(steady, await rows.run(steady), { resolvedAt, resolvedRunId: runId });

  const { sites } = await api.read(DriftOfSites);

  const site = { name: 'Drifting' };
  expect(sites.nodes).toEqual([
    {
      drift: {
        totalCount: 3,
        nodes: [
          {
            entity: 'PAINTINGS',
            kind: 'TYPE_CHANGED',
            path: 'price',
            expected: 'number',
            found: 'text',
            resolvedAt: null,
            site,
          },
          {
            entity: 'PAINTINGS',
            kind: 'UNKNOWN_FIELD',
            path: 'couleur',
            expected: null,
            found: 'text',
            resolvedAt: null,
            site,
          },
        ],
        pageInfo: { hasNextPage: true },
      },
      all: { totalCount: 4 },
    },
    { drift: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } }, all: { totalCount: 1 } },
  ]);
});

test('the drift of many sites takes no more statements than that of one', async () => {
  const { statements: before } = await statementsOf(database, () => api.read(DriftOfSites));
  for (let site = 0; site < 10; site++) {
    const siteId = await rows.site();
    await rows.drift(siteId, await rows.run(siteId));
  }
  const { result, statements } = await statementsOf(database, () => api.read(DriftOfSites));
  expect(result.sites.nodes).toHaveLength(12);
  expect(statements).toHaveLength(before.length);
});
