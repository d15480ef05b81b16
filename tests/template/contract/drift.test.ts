import { describe, expect, it } from 'vitest';

import { driftOf } from '../../../src/template/contract/drift.ts';
import { FieldCensus } from '../../../src/template/contract/field-census.ts';
import { given, givenListOf, type KnownFields } from '../../../src/template/contract/known-fields.ts';
import { customRequestFields } from '../../../src/template/contract/custom-request.ts';
import { exhibitionFields } from '../../../src/template/contract/exhibition.ts';
import { orderFields } from '../../../src/template/contract/order.ts';
import { paintingFields } from '../../../src/template/contract/painting.ts';
import { userFields } from '../../../src/template/contract/user.ts';
import { readAll, testClient } from '../support/client.ts';
import { serveRecorded } from '../support/serve.ts';

const fields: KnownFields = {
  id: given('number'),
  name: given('text'),
  weight: given('text', 'V1'),
  site_name: given('text', 'V2'),
  items: givenListOf({ price: given('number'), order_id: given('number', 'V1') }),
};
const sound = { id: 1, name: 'n', weight: '1 kg', items: [{ price: 5, order_id: 1 }] };

function census(records: readonly unknown[]): FieldCensus {
  const counted = new FieldCensus(fields);
  for (const record of records) counted.count(record);
  return counted;
}

const judge = (records: readonly unknown[], isWhole = true) =>
  driftOf(census(records), { generation: 'V1', isWhole });
const found = (records: readonly unknown[], isWhole = true) => judge(records, isWhole).found;

describe('a list as the contract has it', () => {
  it('shows no drift, in whatever order its fields come and be they null', () => {
    const { name, ...rest } = sound;
    expect(found([sound, { ...rest, name }, { ...sound, name: null }, { ...sound, items: [] }])).toEqual([]);
  });

  it.each([
    ['v1/paintings', 'paintings', paintingFields],
    ['v2/paintings', 'paintings', paintingFields],
    ['v1/users', 'users', userFields],
    ['v2/users', 'users', userFields],
    ['v1/orders', 'orders', orderFields],
    ['v2/orders', 'orders', orderFields],
    ['v1/exhibitions', 'exhibitions', exhibitionFields],
    ['v2/exhibitions', 'exhibitions', exhibitionFields],
    ['v1/custom-requests', 'customRequests', customRequestFields],
  ] as const)('is every recorded one: %s', async (fixture, list, known) => {
    const { url } = await serveRecorded(fixture);
    const { records, end } = await readAll(testClient().list({ url, apiKey: 'a-key' }, list));
    const counted = new FieldCensus(known);
    for (const record of records) counted.count(record);

    expect(counted.records).toBeGreaterThan(0);
    expect(driftOf(counted, { generation: end.generation, isWhole: true }).found).toEqual([]);
  });

  it.each(['v1/stats', 'v2/stats'])('is every recorded one: %s', async (fixture) => {
    const { url } = await serveRecorded(fixture);
    const { census: counted } = await testClient().stats({ url, apiKey: 'a-key' });
    expect(driftOf(counted, { generation: null, isWhole: true }).found).toEqual([]);
  });

  it.each(['v1/settings', 'v2/settings'])('is every recorded one: %s', async (fixture) => {
    const { url } = await serveRecorded(fixture);
    const { census: counted, generation } = await testClient().settings({ url, apiKey: 'a-key' });
    expect(driftOf(counted, { generation, isWhole: true }).found).toEqual([]);
  });
});

describe('a type', () => {
  it('has changed when most values are of another', () => {
    const retyped = { ...sound, id: '1' };
    expect(found([sound, retyped])).toEqual([]);
    expect(found([sound, retyped, retyped])).toEqual([
      { kind: 'TYPE_CHANGED', path: 'id', expected: 'number', found: 'text' },
    ]);
  });

  it('is not told by nulls, neither changed nor as before', () => {
    const report = judge([{ ...sound, name: null, id: '1' }]);
    expect(report.found.map(({ path }) => path)).toEqual(['id']);
    expect(report.isOver({ kind: 'TYPE_CHANGED', path: 'name' })).toBe(false);
    expect(report.isOver({ kind: 'VANISHED', path: 'name' })).toBe(true);
  });

  it('of items has its own path', () => {
    expect(found([{ ...sound, items: [{ price: '5', order_id: 1, gift: true }] }])).toEqual([
      { kind: 'TYPE_CHANGED', path: 'items[].price', expected: 'number', found: 'text' },
      { kind: 'UNKNOWN_FIELD', path: 'items[].gift', expected: null, found: 'boolean' },
    ]);
  });
});

describe('a field that vanished', () => {
  const { name: _name, ...nameless } = sound;

  it('is one that no record of a whole list has, and that the generation gives', () => {
    expect(found([nameless, nameless])).toEqual([
      { kind: 'VANISHED', path: 'name', expected: 'text', found: null },
    ]);
    expect(found([nameless, sound])).toEqual([]);
    expect(found([nameless, nameless], false)).toEqual([]);
  });

  it('is none where there is no record at all: nothing is concluded, nothing is over', () => {
    const report = judge([]);
    expect(report.found).toEqual([]);
    expect(report.isOver({ kind: 'VANISHED', path: 'name' })).toBe(false);
    const itemless = judge([{ ...sound, items: [] }]);
    expect(itemless.isOver({ kind: 'VANISHED', path: 'items[].price' })).toBe(false);
    expect(itemless.isOver({ kind: 'VANISHED', path: 'name' })).toBe(true);
  });
});

describe('names that a site makes up', () => {
  it('are shortened, shown without control characters and never a key', () => {
    const hostile = {
      ...sound,
      ['a\u0000\u202eb\ud800']: 1,
      ['x'.repeat(5_000)]: 1,
      ['sk_live_FAKE']: 1,
      '': 1,
    };
    expect(found([hostile]).map(({ path }) => path)).toEqual([
      '""',
      '***MASKED***',
      'a\u{FFFD}\u{FFFD}b\u{FFFD}',
      `${'x'.repeat(99)}…`,
    ]);
  });

  it('that are names of JavaScript are names like others', () => {
    const record: unknown = JSON.parse(
      '{"__proto__": {"name": 1}, "constructor": 1, "toString": null, "id": 1, "name": "n", "weight": "", "items": null}',
    );
    expect(found([record])).toEqual([
      { kind: 'UNKNOWN_FIELD', path: '__proto__', expected: null, found: 'object' },
      { kind: 'UNKNOWN_FIELD', path: 'constructor', expected: null, found: 'number' },
      { kind: 'UNKNOWN_FIELD', path: 'toString', expected: null, found: null },
    ]);
  });

  it('are counted up to a hundred, whatever comes; the known ones are always counted', () => {
    const made = Array.from({ length: 1_000 }, (_, index) => ({ [`made-up-${index}`]: 1 }));
    expect(found([...made, { ...sound, id: '1' }], false)).toHaveLength(101);
  });

  it('are nothing where a record is no object', () => {
    expect(found([null, 'text', 5, ['a']])).toEqual([]);
    expect(census([null, sound]).records).toBe(1);
  });
});
