import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, it, onTestFinished, vi } from 'vitest';

import { readAll, testClient } from './support/client.ts';

/** A site that answers each request when it is told to, and knows how many wait. */
async function heldSite() {
  const held: (() => void)[] = [];
  const server = createServer((_request, response) => {
    held.push(() => response.end('{"paintings": [], "count": 0}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // oxlint-disable-next-line no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  return { site: { url: `http://127.0.0.1:${port}`, apiKey: 'any-key' }, held };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('no more requests are in flight for one site than four', async () => {
  const { site, held } = await heldSite();
  const client = testClient();
  const lists = Array.from({ length: 10 }, () => readAll(client.list(site, 'paintings')));

  for (let answered = 0; answered < 10; answered++) {
    // oxlint-disable-next-line no-await-in-loop
    await vi.waitFor(() => expect(held).toHaveLength(Math.min(4, 10 - answered)));
    held.shift()?.();
  }

  await expect(Promise.all(lists)).resolves.toHaveLength(10);
});

it('no more requests are in flight for all sites together than the limit', async () => {
  const sites = await Promise.all([heldSite(), heldSite(), heldSite()]);
  const client = testClient({ requestsAtOnce: 2 });
  const inFlight = () => sites.reduce((sum, { held }) => sum + held.length, 0);
  const lists = sites.flatMap(({ site }) => [1, 2].map(() => readAll(client.list(site, 'paintings'))));

  for (let answered = 0; answered < 6; answered++) {
    // oxlint-disable-next-line no-await-in-loop
    await vi.waitFor(() => expect(inFlight()).toBe(Math.min(2, 6 - answered)));
    sites.find(({ held }) => held.length > 0)?.held.shift()?.();
  }

  await expect(Promise.all(lists)).resolves.toHaveLength(6);
});

it('a request that waits for its place ends at once when it is called off, and takes none', async () => {
  const { site, held } = await heldSite();
  const client = testClient({ requestsAtOnce: 1 });
  const first = readAll(client.list(site, 'paintings'));
  await vi.waitFor(() => expect(held).toHaveLength(1));
  const stop = new AbortController();
  const second = readAll(client.list(site, 'paintings', { signal: stop.signal }));
  const third = readAll(client.list(site, 'paintings'));
  await settled();

  stop.abort(new Error('stopped'));

  await expect(second).rejects.toThrow('stopped');
  held.shift()?.();
  await first;
  await vi.waitFor(() => expect(held).toHaveLength(1));
  held.shift()?.();
  await third;
});

it('a list left early gives its place back', async () => {
  const { site, held } = await heldSite();
  const client = testClient({ requestsAtOnce: 1, callMs: 100, listCallMs: 100 });
  await expect(readAll(client.list(site, 'paintings'))).rejects.toMatchObject({ code: 'TIMEOUT' });

  const next = readAll(client.list(site, 'paintings'));
  await vi.waitFor(() => expect(held).toHaveLength(2));
  held[1]?.();
  await next;
});
