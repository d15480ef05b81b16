import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

const IssuesOfRuns = graphql(`
  query IssuesOfRuns {
    syncRuns {
      nodes {
        id
        issues {
          totalCount
          nodes {
            record
          }
        }
      }
    }
    sites {
      nodes {
        open: issues {
          nodes {
            record
          }
        }
        all: issues(includeResolved: true) {
          nodes {
            record
          }
        }
      }
    }
  }
`);

test('an issue belongs to every run from the first that saw it to the last before it was over', async () => {
  const siteId = await rows.site();
  const other = await rows.site();
  const runs: string[] = [];
  for (let run = 0; run < 4; run++) runs.push(await rows.run(siteId));
  const ordersOnly = await rows.run(siteId, { entities: ['ORDERS'], entityRuns: {} });
  const [first = '', second = '', third = ''] = runs;
  const resolvedAt = new Date();
  await rows.issue(siteId, first, { record: 'from the first on' });
  await rows.issue(siteId, second, { record: 'in the second only', resolvedRunId: third, resolvedAt });
  await rows.issue(siteId, first, { record: 'first and second', resolvedRunId: third, resolvedAt });
  await rows.issue(siteId, third, { record: 'users only', entity: 'USERS' });
  await rows.issue(other, await rows.run(other), { record: 'of another site' });

  const { syncRuns, sites } = await api.read(IssuesOfRuns);
  const records = Object.fromEntries(
    syncRuns.nodes.map(({ id, issues }) => [
      id.slice('SyncRun:'.length),
      issues.nodes.map(({ record }) => record),
    ]),
  );
  expect(runs.map((run) => records[run])).toEqual([
    ['from the first on', 'first and second'],
    ['from the first on', 'in the second only', 'first and second'],
    ['from the first on'],
    ['from the first on'],
  ]);
  expect(records[ordersOnly]).toEqual([]);
  expect(syncRuns.nodes.every(({ issues }) => issues.totalCount === issues.nodes.length)).toBe(true);
  expect(sites.nodes[0]?.open.nodes.map(({ record }) => record)).toEqual(['from the first on', 'users only']);
  expect(sites.nodes[0]?.all.nodes).toHaveLength(4);
});
