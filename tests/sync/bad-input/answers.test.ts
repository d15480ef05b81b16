import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FaultTarget } from '../../../src/demo-site/faults/fault-board.ts';
import type { FaultInput } from '../../../src/demo-site/faults/kinds.ts';
import { createTestGateway, type TestGateway } from '../../support/gateway.ts';
import { meetFault } from '../support/meet-fault.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await createTestGateway({ pageRows: 10 });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const paths = {
  paintings: '/api/export/paintings',
  exhibitions: '/api/export/exhibitions',
  settings: '/api/export/settings',
  stats: '/api/export/stats',
  full: '/api/export/full',
} satisfies Partial<Record<FaultTarget, string>>;

/** Expects the run to say which answer was none, and to have lost nothing. */
async function expectRefused(
  endpoint: keyof typeof paths,
  fault: FaultInput,
  code: string,
  came: string,
): Promise<void> {
  const { run, entity, log, siteId } = await meetFault(gateway, endpoint, fault);

  expect(run).toMatchObject({ status: 'PARTIAL', errorCode: code });
  expect(entity).toMatchObject({ status: 'FAILED', errorCode: code });
  expect(entity.errorMessage).toContain(`GET ${paths[endpoint]}: expected`);
  expect(entity.errorMessage).toContain(came);
  expect(log).toContainEqual({ level: 'ERROR', entity: entity.entity, message: entity.errorMessage });
  expect(await gateway.database.prisma.site.findUnique({ where: { id: siteId } })).toMatchObject({
    status: 'DEGRADED',
  });
}

describe('an answer that is no list', () => {
  it.each<[keyof typeof paths, FaultInput, string, string]>([
    ['paintings', { kind: 'html' }, 'NOT_JSON', 'got an HTML page'],
    ['stats', { kind: 'html' }, 'NOT_JSON', 'got an HTML page'],
    ['settings', { kind: 'html' }, 'NOT_JSON', 'got an HTML page'],
    ['full', { kind: 'html' }, 'NOT_JSON', 'got an HTML page'],
    ['paintings', { kind: 'empty' }, 'NOT_JSON', 'got an empty body'],
    ['stats', { kind: 'empty' }, 'NOT_JSON', 'got an empty body'],
    ['paintings', { kind: 'null-body' }, 'NOT_JSON', 'got null'],
    ['settings', { kind: 'null-body' }, 'NOT_JSON', 'got null'],
    ['paintings', { kind: 'not-json' }, 'NOT_JSON', 'got text that is not JSON'],
    ['stats', { kind: 'not-json' }, 'NOT_JSON', 'got text that is not JSON'],
  ])('fails the entity alone: %s, %o', expectRefused);
});

describe('an answer of another shape', () => {
  it.each<[keyof typeof paths, FaultInput, string, string]>([
    [
      'paintings',
      { kind: 'wrong-envelope', as: 'items' },
      'WRONG_SHAPE',
      'expected a list at data or paintings',
    ],
    ['paintings', { kind: 'wrong-envelope', as: 'list' }, 'WRONG_SHAPE', 'expected an object, got a list'],
    ['paintings', { kind: 'wrong-envelope', as: 'object' }, 'WRONG_SHAPE', 'got none'],
    ['paintings', { kind: 'wrong-envelope', as: 'list-is-object' }, 'WRONG_SHAPE', 'at data, got an object'],
    ['paintings', { kind: 'wrong-envelope', as: 'text' }, 'NOT_JSON', 'got text alone'],
    ['paintings', { kind: 'wrong-envelope', as: 'number' }, 'NOT_JSON', 'got a number alone'],
    ['exhibitions', { kind: 'wrong-envelope', as: 'items' }, 'WRONG_SHAPE', 'got none'],
    ['stats', { kind: 'wrong-envelope', as: 'items' }, 'WRONG_SHAPE', 'expected an object at stats'],
    ['stats', { kind: 'wrong-envelope', as: 'list' }, 'WRONG_SHAPE', 'expected an object, got a list'],
    ['settings', { kind: 'wrong-envelope', as: 'list' }, 'WRONG_SHAPE', 'expected an object, got a list'],
    ['settings', { kind: 'wrong-envelope', as: 'list-is-object' }, 'WRONG_SHAPE', 'expected a list at data'],
  ])('fails the entity alone: %s, %o', expectRefused);
});

describe('an answer nested without end', () => {
  it.each<[keyof typeof paths, FaultInput, string, string]>([
    ['paintings', { kind: 'deeply-nested' }, 'WRONG_SHAPE', 'expected an object, got a list'],
    ['stats', { kind: 'deeply-nested' }, 'WRONG_SHAPE', 'expected an object, got a list'],
    ['settings', { kind: 'deeply-nested' }, 'WRONG_SHAPE', 'expected an object, got a list'],
  ])('fails the entity alone: %s, %o', expectRefused);

  it('keeps out the one row that holds it', async () => {
    const { run, entity, issues } = await meetFault(gateway, 'paintings', {
      kind: 'deeply-nested',
      where: 'row',
    });

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(entity).toMatchObject({ received: 24, rejected: 1, updated: 1, unchanged: 22 });
    expect(issues).toEqual([{ record: '@0', path: '', code: 'RECORD_TOO_DEEP', severity: 'ERROR' }]);
  });
});

describe('an answer whose text is broken', () => {
  it('keeps out the row that is not UTF-8', async () => {
    const { run, entity, issues } = await meetFault(gateway, 'users', { kind: 'invalid-utf8' });

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(entity).toMatchObject({ received: 12, rejected: 1, updated: 1 });
    expect(issues).toEqual([{ record: '@0', path: '', code: 'RECORD_NOT_UTF8', severity: 'ERROR' }]);
  });

  it('keeps out the row with a lone surrogate, and says in which field', async () => {
    const { run, entity, issues } = await meetFault(gateway, 'exhibitions', { kind: 'lone-surrogates' });

    expect(run).toMatchObject({ status: 'SUCCEEDED' });
    expect(entity).toMatchObject({ received: 4, rejected: 1, updated: 1 });
    expect(issues).toEqual([{ record: '4', path: 'date', code: 'TEXT_NOT_STORABLE', severity: 'ERROR' }]);
  });

  it.each<[keyof typeof paths, FaultInput, string, string]>([
    ['stats', { kind: 'invalid-utf8' }, 'NOT_JSON', 'got broken UTF-8'],
    ['settings', { kind: 'invalid-utf8' }, 'NOT_JSON', 'got broken UTF-8'],
  ])('fails the entity that is one object: %s, %o', expectRefused);
});

describe('an answer with __proto__ keys', () => {
  it.each(['paintings', 'stats', 'settings', 'full'] as const)(
    'changes no object of ours: %s',
    async (endpoint) => {
      const { run, entity } = await meetFault(gateway, endpoint, { kind: 'proto-keys' });

      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      expect({}).not.toHaveProperty('polluted');
      expect(() => structuredClone({})).not.toThrow();
      expect(run).toMatchObject({ status: 'SUCCEEDED' });
      expect(entity).toMatchObject({ status: 'SUCCEEDED' });
    },
  );
});
