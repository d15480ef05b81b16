import { afterAll, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { rowsOf } from '../graphql/support/rows.ts';
import { runningState } from '../graphql/support/progress.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const database = await createTestDatabase();
const rows = rowsOf(database);
const { prisma } = database;
const server = await startTestServer(database, {
  services: {
    requestSync: async ({ siteId }) => ({ runId: await rows.run(siteId), joined: false }),
    async *followProgress(runId) {
      const { siteId, status } = await prisma.syncRun.findUniqueOrThrow({ where: { id: runId } });
      yield { ...runningState, runId, siteId, status };
    },
  },
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

interface Tab {
  query: string;
  variables?: string;
}

async function openPage(): Promise<{ page: string; tabs: Tab[]; policy: string }> {
  const response = await fetch(`${server.url}/graphql`, { headers: { ...bearer, Accept: 'text/html' } });
  const page = await response.text();
  const options: { defaultTabs: Tab[] } = JSON.parse(
    /YogaGraphiQL\.renderYogaGraphiQL\(\s*window\.document\.querySelector\('#root'\),\s*(\{.*\}),\s*\);/.exec(
      page,
    )?.[1] ?? '{}',
  );
  return {
    page,
    tabs: options.defaultTabs,
    policy: response.headers.get('Content-Security-Policy') ?? '',
  };
}

test('GraphiQL needs nothing from anywhere else, and its policy lets it load nothing', async () => {
  const { page, policy } = await openPage();
  // What its scripts say in passing (links of the help, names of schemas) is not loaded.
  expect(page).not.toMatch(/<(script|link|img|iframe)[^>]*\s(src|href)="(https?:)?\/\//i);
  expect(page).not.toMatch(/@import\s+(url\()?["']?(https?:)?\/\//i);
  expect(page).not.toMatch(/url\(["']?(https?:)?\/\//i);
  expect(page).not.toMatch(/importScripts\(["'`]https?:/);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
});

test('without a site its tabs are there all the same', async () => {
  const { tabs } = await openPage();
  expect(tabs.length).toBeGreaterThanOrEqual(5);
});

test('its tabs show the main job, each running unedited', async () => {
  const siteId = await rows.site();
  await rows.paintings(siteId, 3);
  await rows.orders(siteId, 1);
  await rows.items(siteId, 1, [1]);
  await rows.issue(siteId, await rows.run(siteId));
  const { tabs } = await openPage();
  const firstFields = tabs.map(({ query }) => /\n {2}(\w+)/.exec(query)?.[1]);
  expect(firstFields).toEqual(['sites', 'paintings', 'orders', 'syncSite', 'syncProgress', 'site']);
  for (const { query, variables } of tabs) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...bearer, ...json, Accept: 'text/event-stream, application/json' },
      body: JSON.stringify({ query, variables: JSON.parse(variables ?? '{}') }),
    });
    const text = await response.text();
    expect(text).not.toContain('"errors"');
    expect(text).toMatch(/"data":\{"\w+":\{/);
  }
});
