import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import { createTestGateway, type TestGateway } from '../../support/gateway.ts';
import { meetFault, type MetFault } from '../support/meet-fault.ts';
import { findings } from '../support/run-record.ts';

const MiB = 1024 * 1024;
const GROWTH_AT_MOST = 100 * MiB;

const LIST_BYTES = 16 * MiB;
// More than memory may grow by: an answer that piled up somewhere would show.
const EMPTY_LIST_BYTES = 192 * MiB;

let gateway: TestGateway;
/** Reads further, where what is read is nothing. */
let patient: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ limits: { maxListBytes: LIST_BYTES } });
  patient = await createTestGateway({ limits: { maxListBytes: EMPTY_LIST_BYTES } });
  // Everything that a run needs is loaded, compiled and connected before anything is measured.
  await meetFault(gateway, 'paintings', { kind: 'huge', bytes: 8 * MiB });
  await meetFault(patient, 'exhibitions', { kind: 'gzip-bomb', bytes: 8 * MiB });
});
afterAll(() => Promise.all([gateway[Symbol.asyncDispose](), patient[Symbol.asyncDispose]()]));

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** Memory of the process without what is only not collected yet: when V8 collects is its own affair, and varies. */
function memoryInUse(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage.rss();
}

/** By how much the memory of the process, the site's included, had grown at its peak. */
async function growthDuring<T>(work: () => Promise<T>): Promise<{ result: T; growth: number }> {
  const before = memoryInUse();
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, memoryInUse())), 100);
  try {
    const result = await work();
    return { result, growth: Math.max(peak, memoryInUse()) - before };
  } finally {
    clearInterval(sampling);
  }
}

/** Meets the fault, and tells the growth during its run alone. */
async function meetFlood(
  by: TestGateway,
  endpoint: 'paintings' | 'users' | 'exhibitions' | 'stats' | 'full',
  fault: FaultInput,
): Promise<{ met: MetFault; growth: number }> {
  let growth = Infinity;
  const met = await meetFault(by, endpoint, fault, {
    async around(runs) {
      const measured = await growthDuring(runs);
      growth = measured.growth;
      return measured.result;
    },
  });
  return { met, growth };
}

function expectTooLarge({ run, entity, log }: MetFault, message: string): void {
  expect(run).toMatchObject({ status: 'PARTIAL', errorCode: 'TOO_LARGE' });
  expect(entity).toMatchObject({ status: 'FAILED', errorCode: 'TOO_LARGE' });
  expect(entity.errorMessage).toContain(message);
  expect(log).toContainEqual({ level: 'ERROR', entity: entity.entity, message: entity.errorMessage });
}

describe('an answer of 2 GB', () => {
  it('is read as far as the limit, in bounded memory: a list', async () => {
    const { met, growth } = await meetFlood(gateway, 'paintings', { kind: 'huge' });

    expectTooLarge(
      met,
      `GET /api/export/paintings: expected at most ${LIST_BYTES} bytes of answer, more came`,
    );
    expect(met.entity.received).toBeGreaterThan(50_000);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });

  it('is read as far as the limit, in bounded memory: a list that is looked for one table', async () => {
    const { met, growth } = await meetFlood(patient, 'full', { kind: 'huge' });

    expectTooLarge(
      met,
      `GET /api/export/full: expected at most ${EMPTY_LIST_BYTES} bytes of answer, more came`,
    );
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });

  it('is read as far as the limit, in bounded memory: a small answer', async () => {
    const { met, growth } = await meetFlood(gateway, 'stats', { kind: 'huge' });

    expectTooLarge(met, `GET /api/export/stats: expected at most ${MiB} bytes of answer, more came`);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});

describe('an answer that unpacks to 2 GB', () => {
  it.each([
    ['paintings', EMPTY_LIST_BYTES],
    ['exhibitions', EMPTY_LIST_BYTES],
    ['stats', MiB],
  ] as const)('is unpacked as far as the limit, in bounded memory: %s', async (endpoint, limit) => {
    const { met, growth } = await meetFlood(patient, endpoint, { kind: 'gzip-bomb' });

    expectTooLarge(met, `GET /api/export/${endpoint}: expected at most ${limit} bytes of answer, more came`);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});

describe('millions of records that are none', () => {
  it('are not read to their end, and not each is a finding', async () => {
    const { met, growth } = await meetFlood(gateway, 'paintings', { kind: 'many-empty-objects' });

    expect(met.run).toMatchObject({ status: 'PARTIAL', errorCode: 'CONTRACT_MISMATCH' });
    expect(met.entity).toMatchObject({ status: 'FAILED', errorCode: 'CONTRACT_MISMATCH', updated: 0 });
    expect(met.entity.errorMessage).toContain('a page of 1000 with 1000 rejected, most often for ID_INVALID');
    expect(met.entity.received).toBe(1_000);
    expect(new Set(met.issues.map(({ record }) => record)).size).toBe(1_000);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});

describe('one record of 200 MB', () => {
  const LAST = '{"id": 3, "name": "Trois", "role": "user", "email": "trois@example.com"}';
  // A server of its own: the demo site would have to hold the record to send it.
  function* body(bytes: number) {
    yield '{"users": [{"id": 1, "name": "Un", "role": "user", "email": "un@example.com"}, {"id": 2, "name": "';
    for (let sent = 0; sent < bytes; sent += 64 * 1024) yield 'a'.repeat(64 * 1024);
    yield `"}, ${LAST}], "count": 3}`;
  }

  it('is passed over in bounded memory, the others come in', async () => {
    const server = createServer((request, response) => {
      const isFirstPage = request.url?.endsWith('offset=0') === true;
      void pipeline(isFirstPage ? body(200 * MiB) : [`{"users": [${LAST}], "count": 1}`], response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await using _closed = { [Symbol.asyncDispose]: () => promisify(server.close.bind(server))() };
    const address = server.address();
    await using large = await createTestGateway();
    const siteId = await large.addSite(
      `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    );
    await large.sync(siteId, ['USERS']);

    const { result: run, growth } = await growthDuring(() => large.sync(siteId, ['USERS']));

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.entities[0]).toMatchObject({ received: 3, rejected: 1, unchanged: 2 });
    expect(await findings(large.database, run.runId, siteId, 'USERS')).toEqual([
      { record: '@1', path: '', code: 'RECORD_TOO_LARGE', severity: 'ERROR' },
    ]);
    expect(growth).toBeLessThanOrEqual(GROWTH_AT_MOST);
  });
});
