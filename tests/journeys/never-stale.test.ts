import { expect, it } from 'vitest';
import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';
import { createTestDatabase } from '../support/database.ts';
import { runMain, type Command } from '../support/gateway-process.ts';

const token = 'a-token-for-this-test';
const PAINTING = '{ paintings(first: 1) { nodes { name } } }';
const PERCENT = '{ site(id: "Site:1") { deletionHoldPercent } }';
const Painting = z.object({ paintings: z.object({ nodes: z.tuple([z.object({ name: z.string() })]) }) });
const Answer = z.object({
  data: z.looseObject({}),
  extensions: z.object({ cache: z.object({ hit: z.boolean() }).optional() }).optional(),
});

it('never gives a stale answer, whichever process changed the data, and whether or not it hears of it', async () => {
  await using site = await startDemoSite({ generation: 'v2', name: 'Galerie', apiKey: 'demo-key' });
  await using database = await createTestDatabase();
  using dataDir = createScratchDirectory();
  const env = { CIMAISE_DATA_DIR: dataDir.path, DATABASE_URL: database.url, ADMIN_TOKEN: token };
  await using reader = runMain('serve.ts', [], { ...env, ROLE: 'server', PORT: '0' });
  const readerUrl = await urlOf(reader);
  await using writer = runMain('serve.ts', [], { ...env, ROLE: 'all', PORT: '0' });
  const writerUrl = await urlOf(writer);
  const read = (query: string) => ask(readerUrl, query);
  const nameRead = async () => {
    const { data, isKept } = await read(PAINTING);
    return { name: Painting.parse(data).paintings.nodes[0].name, isKept };
  };
  /** A sync by the other process; over when its answer says that it ended. */
  const sync = async () => {
    const { data } = await ask(
      writerUrl,
      'mutation { syncSite(input: { siteId: "Site:1", wait: true }) { ... on SyncSitePayload { run { status } } } }',
    );
    expect(data).toEqual({ syncSite: { run: { status: 'SUCCEEDED' } } });
  };
  await ask(
    writerUrl,
    `mutation { addSite(input: { name: "G", url: "${site.url}", key: "demo-key" }) { __typename } }`,
  );
  await sync();

  await nameRead();
  const before = await nameRead();
  expect(before.isKept).toBe(true);
  const [first] = site.rows.page('paintings', 0, 1);
  const id = z.object({ id: z.number() }).parse(first).id;
  for (const [round, name] of ['Blue', 'Red', 'Green'].entries()) {
    site.rows.update('paintings', id, { name });
    // From the second round on, nobody tells the reader anything.
    if (round > 0) await cutEventConnections();
    await sync();
    expect(await nameRead()).toEqual({ name, isKept: false });
    expect(await nameRead()).toEqual({ name, isKept: true });
  }

  for (const percent of [31, 32, 33]) {
    await read(PERCENT);
    expect((await read(PERCENT)).isKept).toBe(true);
    await cutEventConnections();
    await ask(
      writerUrl,
      `mutation { updateSite(input: { siteId: "Site:1", deletionHoldPercent: ${percent} }) { __typename } }`,
    );
    expect(await read(PERCENT)).toEqual({ data: { site: { deletionHoldPercent: percent } }, isKept: false });
  }

  async function cutEventConnections(): Promise<void> {
    const { rowCount } = await database.pool.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'cimaise-events'`,
    );
    expect(rowCount).toBeLessThanOrEqual(2);
  }
});

async function urlOf(server: Command): Promise<string> {
  const [, url = ''] = await server.hasPrinted(/Cimaise serves (http:\/\/\S+?)\/graphql/);
  return url;
}

async function ask(url: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data, extensions } = Answer.parse(await response.json());
  return { data, isKept: extensions?.cache?.hit ?? false };
}
