import { expect, it } from 'vitest';
import { z } from 'zod';

import { startDemoSite } from '../../src/demo-site/start-demo-site.ts';
import { addSite } from '../../src/registry/add-site.ts';
import { createTestDatabase } from '../support/database.ts';
import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { runMain, type Command } from '../support/gateway-process.ts';

const token = 'a-token-for-this-test';
const secretKey = Buffer.alloc(32, 7);

const SYNC = (siteId: number) =>
  `mutation { result: syncSite(input: { siteId: "Site:${siteId}" }) { ... on SyncSitePayload { joined run { id status } } } }`;
const CANCEL = (runId: string) =>
  `mutation { result: cancelSync(input: { runId: "${runId}" }) { ... on CancelSyncPayload { run { id status } } } }`;
const REMOVE = (siteId: number) =>
  `mutation { result: removeSite(input: { siteId: "Site:${siteId}" }) { ... on RemoveSitePayload { siteId } } }`;
const Answer = z.object({
  data: z.object({
    result: z.object({
      joined: z.boolean().optional(),
      siteId: z.string().optional(),
      run: z.object({ id: z.string(), status: z.string() }).optional(),
    }),
  }),
});

it('gives ten callers of two servers one run, and ends it for a third process within a second', async () => {
  await using site = await startDemoSite({ generation: 'v2', name: 'Galerie', apiKey: 'demo-key' });
  site.faults.set('orders', { kind: 'slow-headers', ms: 60_000 });
  await using database = await createTestDatabase();
  using dataDir = createScratchDirectory();
  const env = {
    CIMAISE_DATA_DIR: dataDir.path,
    DATABASE_URL: database.url,
    ADMIN_TOKEN: token,
    SECRET_KEY: secretKey.toString('base64'),
  };
  const { id: siteId } = await addSite(
    { database, secretKey },
    { name: 'G', url: site.url, key: 'demo-key' },
  );
  await using first = runMain('serve.ts', [], { ...env, ROLE: 'server', PORT: '0' });
  await using second = runMain('serve.ts', [], { ...env, ROLE: 'server', PORT: '0' });
  const urls = await Promise.all([first, second].map(urlOf));
  const ask = async (server: number, query: string) => {
    const response = await fetch(`${urls[server]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    return Answer.parse(await response.json()).data.result;
  };

  const answers = await Promise.all(Array.from({ length: 10 }, (_, caller) => ask(caller % 2, SYNC(siteId))));

  expect(new Set(answers.map(({ run }) => run?.id)).size).toBe(1);
  expect(answers.filter(({ joined }) => joined === false)).toHaveLength(1);
  expect(await database.prisma.syncRun.count()).toBe(1);
  const id = answers[0]?.run?.id ?? '';

  await using worker = runMain('serve.ts', [], { ...env, ROLE: 'worker' });
  await worker.hasPrinted(/works on jobs/);
  const orders = { runId_entity: { runId: id.replace('SyncRun:', ''), entity: 'ORDERS' } } as const;
  await expect
    .poll(() => database.prisma.syncEntityRun.findUnique({ where: orders }), { timeout: 20_000 })
    .toMatchObject({ status: 'RUNNING' });

  expect(await ask(1, CANCEL(id))).toMatchObject({ run: { id, status: 'CANCELLED' } });

  const { cancelRequestedAt, endedAt } = await database.prisma.syncRun.findFirstOrThrow();
  expect(Number(endedAt) - Number(cancelRequestedAt)).toBeLessThanOrEqual(1_000);
  site.faults.clear();
  const again = await ask(0, SYNC(siteId));
  expect(again.joined).toBe(false);
  await expect
    .poll(() => database.prisma.syncRun.findFirst({ orderBy: { id: 'desc' } }), { timeout: 20_000 })
    .toMatchObject({ status: 'SUCCEEDED' });

  site.faults.set('orders', { kind: 'slow-headers', ms: 60_000 });
  await ask(0, SYNC(siteId));
  expect(await ask(1, REMOVE(siteId))).toEqual({ siteId: `Site:${siteId}` });
  expect(await database.prisma.painting.count()).toBe(0);
});

async function urlOf(server: Command): Promise<string> {
  const [, url = ''] = await server.hasPrinted(/Cimaise serves (http:\/\/\S+?)\/graphql/);
  return url;
}
