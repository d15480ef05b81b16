import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import { createTestGateway, type TestGateway } from '../../support/gateway.ts';
import { meetFault, type MetFault } from '../support/meet-fault.ts';

const MiB = 1024 * 1024;
const GROWTH_AT_MOST = 100 * MiB;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ limits: { maxListBytes: 8 * MiB } });
  // Everything that a run needs is loaded, compiled and connected before anything is measured.
  await meetFault(gateway, 'paintings', { kind: 'huge', bytes: 3 * MiB });
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** Meets the fault, and tells by how much the memory of the process had grown at its peak. The site is in it too. */
async function meetFlood(
  endpoint: 'paintings' | 'users' | 'exhibitions' | 'stats' | 'full',
  fault: FaultInput,
) {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  try {
    const met = await meetFault(gateway, endpoint, fault);
    return { met, growth: Math.max(peak, process.memoryUsage.rss()) - before };
  } finally {
    clearInterval(sampling);
  }
}

function expectTooLarge({ run, entity, log }: MetFault, message: string): void {
  expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'TOO_LARGE' });
  expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'TOO_LARGE' });
  expect(entity.errorMessage).toContain(message);
  expect(log).toContainEqual({ level: 'ERROR', entity: entity.entity, message: entity.errorMessage });
}

describe('an answer of 2 GB', () => {
  it('is read as far as the limit, in bounded memory: a list', async () => {
    const { met, growth } = await meetFlood('paintings', { kind: 'huge' });

    expectTooLarge(met, `GET /api/export/paintings: expected at most ${8 * MiB} bytes of answer, more came`);
    expect(met.entity.received).toBeGreaterThan(20_000);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });

  it('is read as far as the limit, in bounded memory: a small answer', async () => {
    const { met, growth } = await meetFlood('stats', { kind: 'huge' });

    expectTooLarge(met, `GET /api/export/stats: expected at most ${MiB} bytes of answer, more came`);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});

describe('an answer that unpacks to 2 GB', () => {
  it.each([
    ['paintings', 8 * MiB],
    ['exhibitions', 8 * MiB],
    ['stats', MiB],
  ] as const)('is unpacked as far as the limit, in bounded memory: %s', async (endpoint, limit) => {
    const { met, growth } = await meetFlood(endpoint, { kind: 'gzip-bomb' });

    expectTooLarge(met, `GET /api/export/${endpoint}: expected at most ${limit} bytes of answer, more came`);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});

describe('millions of records that are none', () => {
  it('are not read to their end, and not each is a finding', async () => {
    const { met, growth } = await meetFlood('paintings', { kind: 'many-empty-objects' });

    expect(met.run).toMatchObject({ status: 'PARTIAL', errorCode: 'SCAN_STUCK' });
    expect(met.entity).toMatchObject({ status: 'FAILED', errorCode: 'SCAN_STUCK', updated: 0 });
    expect(met.entity.errorMessage).toContain('got none in 10000 records in a row');
    expect(met.entity.received).toBeLessThanOrEqual(10_000);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});

describe('one record of 200 MB', () => {
  it('is passed over in bounded memory, the others come in', async () => {
    await using large = await createTestGateway();
    const { siteId, site } = await large.addDemoSite({ generation: 'v1' });
    await large.sync(siteId);
    site.faults.set('users', { kind: 'deeply-nested', where: 'row', levels: 10_000_000 });
    // What the site itself needs to make it is not ours to answer for.
    await fetch(`${site.url}/api/export/users`, { headers: { 'x-api-key': site.apiKey } }).then((answer) =>
      answer.arrayBuffer(),
    );
    const before = process.memoryUsage.rss();
    let peak = before;
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);

    const run = await large.sync(siteId);

    clearInterval(sampling);
    expect(run.entities.find(({ entity }) => entity === 'USERS')).toMatchObject({
      status: 'SUCCEEDED',
      received: 12,
      rejected: 1,
      unchanged: 11,
    });
    expect(peak - before).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});
