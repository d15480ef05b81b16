import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemoSite, type DemoSite } from '../../src/demo-site/start-demo-site.ts';
import { ask, objectOf } from './ask.ts';

const apiKey = 'a-key-for-tests';
let site: DemoSite;
beforeAll(async () => {
  site = await startDemoSite({ generation: 'v2', name: 'G', apiKey });
});
afterAll(() => site.stop());
const control = (method: string, json?: unknown) =>
  ask(`${site.url}/__demo/faults`, json === undefined ? { method } : { method, json });
const statusOf = async (list: string) =>
  (await ask(`${site.url}/api/export/${list}`, { key: apiKey })).status;

it('lists the kinds of faults, and switches them on and off over HTTP', async () => {
  expect(objectOf(await control('GET'))).toMatchObject({
    on: [],
    kinds: expect.arrayContaining([
      { kind: 'server-error', what: expect.any(String), options: expect.arrayContaining(['after', 'times']) },
    ]),
  });
  const on = await control('PUT', { endpoint: 'custom-requests', kind: 'server-error', times: 1 });
  expect(objectOf(on)).toMatchObject({
    on: [{ endpoint: 'customRequests', kind: 'server-error', times: 1 }],
  });
  expect([await statusOf('custom-requests'), await statusOf('custom-requests')]).toEqual([500, 200]);

  await control('PUT', { endpoint: '*', kind: 'not-found' });
  expect(await statusOf('users')).toBe(404);
  await control('DELETE', { endpoint: '*' });
  expect(await statusOf('users')).toBe(200);
  await control('DELETE');
  expect(site.faults.list()).toEqual([]);
});

it('says what is wrong with a fault it does not know', async () => {
  for (const json of [
    { endpoint: 'users', kind: 'nope' },
    { endpoint: 'nope', kind: 'html' },
    { kind: 'html' },
    [],
    'x',
  ]) {
    const reply = await control('PUT', json);
    expect(reply.status).toBe(400);
    expect(objectOf(reply)['error']).toEqual(expect.any(String));
  }
  const typo = await control('PUT', { endpoint: 'users', kind: 'html', time: 3 });
  expect(objectOf(typo)['error']).toContain('time');
  expect((await ask(`${site.url}/__demo/faults`, { method: 'PUT', body: '{' })).status).toBe(400);
  expect((await control('POST', {})).status).toBe(405);
  expect(site.faults.list()).toEqual([]);
});

it('runs as a process of its own, which ends with its parent or when told', async () => {
  const main = new URL('../../src/main/demo-site.ts', import.meta.url);
  for (const end of ['disconnect', 'SIGTERM'] as const) {
    const flags = ['--generation', 'v1', '--name', 'À part', '--paintings', '7'];
    const child = fork(main, flags, {
      silent: true,
      execArgv: [],
      env: { ...process.env, DEMO_API_KEY: apiKey },
    });
    const [line] = child.stdout ? await once(child.stdout, 'data') : [];
    const { url, port } = JSON.parse(String(line));
    expect(new URL(url).port).toBe(String(port));
    const reply = await ask(`${url}/api/export/paintings`, { key: apiKey });
    expect(objectOf(reply)).toMatchObject({ count: 7, success: true });
    const exited = once(child, 'exit');
    if (end === 'SIGTERM') child.kill('SIGTERM');
    else child.disconnect();
    expect((await exited)[0]).toBe(0);
  }
});
