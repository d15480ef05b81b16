import { expect, it } from 'vitest';
import { z } from 'zod';

import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';
import { createTestDatabase } from '../support/database.ts';
import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { runMain } from '../support/gateway-process.ts';

const token = 'a-token-for-this-test';

it('shows on a server the progress of a run that another process works on', async () => {
  await using site = await startDemoSite({
    generation: 'v2',
    name: 'Galerie',
    apiKey: 'demo-key',
    counts: { paintings: 300 },
  });
  await using database = await createTestDatabase();
  using dataDir = createScratchDirectory();
  const env = {
    CIMAISE_DATA_DIR: dataDir.path,
    DATABASE_URL: database.url,
    ADMIN_TOKEN: token,
    SYNC_PAGE_ROWS: '50',
  };
  await using server = runMain('serve.ts', [], { ...env, ROLE: 'server', PORT: '0' });
  const [, url] = await server.hasPrinted(/Cimaise serves (http:\/\/\S+?)\/graphql/);

  const ask = async (query: string, accept = 'application/json') =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, accept },
      body: JSON.stringify({ query }),
    });
  const added = await ask(
    `mutation { addSite(input: { name: "G", url: "${site.url}", key: "demo-key" }) { ... on AddSitePayload { site { id } } } }`,
  );
  const { data } = z
    .object({ data: z.object({ addSite: z.object({ site: z.object({ id: z.string() }) }) }) })
    .parse(await added.json());
  const asked = await ask(
    `mutation { syncSite(input: { siteId: "${data.addSite.site.id}" }) { ... on SyncSitePayload { run { id status } } } }`,
  );
  const { run } = z
    .object({
      data: z.object({ syncSite: z.object({ run: z.object({ id: z.string(), status: z.string() }) }) }),
    })
    .parse(await asked.json()).data.syncSite;
  expect(run.status).toBe('QUEUED'); // a server works on no jobs

  const stream = await ask(
    `subscription { syncProgress(runId: "${run.id}") { status entities { entity received } } }`,
    'text/event-stream',
  );
  await using worker = runMain('serve.ts', [], { ...env, ROLE: 'worker' });
  await worker.hasPrinted(/works on jobs/);

  // The stream completes by itself when the run has ended.
  const events = (await stream.text()).split('\n').filter((line) => line.startsWith('data: {'));
  const states = events.map((line) =>
    z
      .object({
        data: z.object({
          syncProgress: z.object({
            status: z.string(),
            entities: z.array(z.object({ entity: z.string(), received: z.number() })),
          }),
        }),
      })
      .parse(JSON.parse(line.slice('data: '.length))),
  );
  const statuses = states.map((state) => state.data.syncProgress.status);
  expect(statuses[0]).toBe('QUEUED');
  expect(statuses.at(-1)).toBe('SUCCEEDED');
  const received = states.map(
    (state) => state.data.syncProgress.entities.find(({ entity }) => entity === 'PAINTINGS')?.received,
  );
  // Every page of 50 was seen, and in its order.
  expect([...new Set(received)]).toEqual([0, 50, 100, 150, 200, 250, 300]);
});
