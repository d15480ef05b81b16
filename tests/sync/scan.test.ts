import { describe, expect, it } from 'vitest';

import { ScanStuckError, ScanTooLongError, scan, type ScanChunk, type ScanEnd } from '../../src/sync/scan.ts';
import type { ListEnd, RecordBatch } from '../../src/template/client.ts';

type Page = readonly (readonly unknown[])[];

const at = (page: number) => new Date(Date.UTC(2026, 0, 1 + page));
const rows = (...ids: unknown[]) => ids.map((id) => ({ id }));

/** A site that answers these pages in turn, each in these batches, then empty ones. */
function site(pages: readonly Page[], generation: ListEnd['generation'] = 'V2') {
  const offsets: number[] = [];
  const ended: number[] = [];
  async function* read(offset: number): AsyncGenerator<RecordBatch, ListEnd> {
    const page = offsets.push(offset) - 1;
    const sentAt = at(page);
    try {
      for (const records of pages[page] ?? []) yield { records: [...records], bytes: 1, sentAt };
      return { generation, rows: (pages[page] ?? []).flat().length, sentAt };
    } finally {
      ended.push(page);
    }
  }
  return { offsets, ended, read };
}

async function drain(
  chunks: AsyncGenerator<ScanChunk, ScanEnd>,
): Promise<{ chunks: ScanChunk[]; end: ScanEnd }> {
  const all: ScanChunk[] = [];
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const step = await chunks.next();
    if (step.done === true) return { chunks: all, end: step.value };
    all.push(step.value);
  }
}

const options = { pageRows: 3, paged: true };

describe('a scan', () => {
  it('reads page after page, from where the last one ended, until one is empty', async () => {
    const { read, offsets } = site([[rows(1, 2), rows(3)], [rows(4)]]);

    const { chunks, end } = await drain(scan(read, options));

    expect(offsets).toEqual([0, 3, 4]);
    expect(chunks).toEqual([
      { firstIndex: 0, records: rows(1, 2, 3), duplicates: 0, sentAt: at(0), pages: 1 },
      { firstIndex: 3, records: rows(4), duplicates: 0, sentAt: at(1), pages: 2 },
    ]);
    expect(end).toMatchObject({ pages: 3, rows: 4, generation: 'V2', repeated: [] });
    expect([1, 2, 3, 4, 5].map((id) => end.ids.has(id))).toEqual([true, true, true, true, false]);
  });

  it('cuts a long answer into chunks that all know when it was asked for', async () => {
    const { read } = site([[rows(1, 2, 3, 4, 5, 6, 7)]], 'V1');

    const { chunks, end } = await drain(scan(read, options));

    expect(
      chunks.map(({ firstIndex, records, sentAt, pages }) => [firstIndex, records.length, sentAt, pages]),
    ).toEqual([
      [0, 3, at(0), 0],
      [3, 3, at(0), 0],
      [6, 1, at(0), 1],
    ]);
    expect(end).toMatchObject({ pages: 1, rows: 7, generation: 'V1' });
  });

  it('asks an endpoint without pages once', async () => {
    const { read, offsets } = site([[rows(1, 2, 3)], [rows(4)]], null);

    const { end } = await drain(scan(read, { pageRows: 3, paged: false }));

    expect(offsets).toEqual([0]);
    expect(end).toMatchObject({ pages: 1, rows: 3, generation: null });
  });

  it('takes the same list again from a v1 site for what it is', async () => {
    const { read, offsets } = site([[rows(1, 2, 3)], [rows(1, 2), rows(3)]], 'V1');

    const { chunks, end } = await drain(scan(read, options));

    expect(offsets).toEqual([0, 3]);
    expect(chunks.map(({ records }) => records)).toEqual([rows(1, 2, 3)]);
    expect(end).toMatchObject({ pages: 1, rows: 3, repeated: [] });
  });

  it('goes on with a v1 site that does know pages', async () => {
    const { read } = site([[rows(1, 2, 3)], [rows(4, 5, 6)], [rows(7)]], 'V1');

    const { end } = await drain(scan(read, options));

    expect(end).toMatchObject({ rows: 7 });
  });

  it('counts what came before, and names the first of it', async () => {
    const { read } = site([[rows(1, 2, 2)], [rows(3, 1, 4)]]);

    const { chunks, end } = await drain(scan(read, options));

    expect(chunks.map(({ duplicates }) => duplicates)).toEqual([1, 1]);
    expect(end).toMatchObject({ rows: 6, repeated: [2, 1] });
  });

  it.each([
    ['the whole page again', [rows(1, 2, 3), rows(1, 2, 3)]],
    ['records without a sound id', [rows(1, 2, 3), rows('4', null, 2 ** 53)]],
    ['a first page without any', [rows('id', 'id', 'id')]],
    ['what is no record', [rows(1, 2, 3), [null, 'text', []]]],
  ])('is stuck on a page that brings nothing new: %s', async (_, pages) => {
    const { read } = site(pages.map((page) => [page]));

    await expect(drain(scan(read, options))).rejects.toThrow(ScanStuckError);
  });

  it('forgives the last rows once more, as after an insertion, and not twice', async () => {
    const grown = site([[rows(1, 2, 3)], [rows(4, 5)], [rows(5)]]);
    const clamped = site([[rows(1, 2, 3)], [rows(4, 5)], [rows(5)], [rows(5)]]);

    const { end } = await drain(scan(grown.read, options));

    expect(grown.offsets).toEqual([0, 3, 5, 6]);
    expect(end).toMatchObject({ rows: 6, repeated: [5] });
    await expect(drain(scan(clamped.read, options))).rejects.toThrow(/got none in page 4 of the list/);
  });

  it('gives up within an answer that goes on without a new id', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<RecordBatch, ListEnd> {
      for (;;) {
        made += 1_000;
        yield { records: Array.from({ length: 1_000 }, () => ({})), bytes: 1, sentAt: at(0) };
      }
    }

    await expect(drain(scan(endless, options))).rejects.toThrow(/got none in 10000 records in a row/);
    expect(made).toBeLessThanOrEqual(12_000);
  });

  it('gives the whole chunks that came before a page broke, and throws its error', async () => {
    const broken = new Error('reset');
    async function* read(offset: number): AsyncGenerator<RecordBatch, ListEnd> {
      yield { records: rows(offset + 1, offset + 2, offset + 3), bytes: 1, sentAt: at(0) };
      if (offset > 0) throw broken;
      return { generation: 'V2', rows: 3, sentAt: at(0) };
    }
    const chunks = scan(read, options);

    expect((await chunks.next()).value).toMatchObject({ records: rows(1, 2, 3), pages: 1 });
    await expect(chunks.next()).rejects.toBe(broken);
  });

  it('ends the page it is reading when its consumer leaves', async () => {
    const { read, ended } = site([[rows(1, 2, 3), rows(4, 5, 6)]]);

    for await (const chunk of scan(read, options)) {
      expect(chunk.records).toHaveLength(3);
      break;
    }

    expect(ended).toEqual([0]);
  });

  it('ends a chunk of large rows before it is full, so that memory stays bounded', async () => {
    async function* read(offset: number): AsyncGenerator<RecordBatch, ListEnd> {
      if (offset === 0)
        for (const id of [1, 2, 3, 4, 5, 6]) yield { records: rows(id), bytes: 3 * 2 ** 20, sentAt: at(0) };
      return { generation: 'V2', rows: offset === 0 ? 6 : 0, sentAt: at(0) };
    }
    const sizes: number[] = [];
    for await (const chunk of scan(read, { pageRows: 1_000, paged: true })) sizes.push(chunk.records.length);
    expect(sizes.every((size) => size <= 2)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6);
  });

  it('ends a list that never ends', async () => {
    let page = 0;
    async function* read(offset: number): AsyncGenerator<RecordBatch, ListEnd> {
      page++;
      yield {
        records: Array.from({ length: 10_000 }, (_, place) => ({ id: offset + place })),
        bytes: 1,
        sentAt: at(0),
      };
      return { generation: 'V2', rows: 10_000, sentAt: at(0) };
    }
    const reading = async () => {
      for await (const chunk of scan(read, { pageRows: 10_000, paged: true })) chunk.records.length = 0;
    };
    await expect(reading()).rejects.toThrow(ScanTooLongError);
    expect(page).toBe(201);
  });
});
