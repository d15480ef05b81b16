import { vi } from 'vitest';

import type { Database } from '../../../src/db/client.ts';

/** The statements that `work` sends to the database, by Prisma and by our own lists. */
export async function statementsOf<T>(
  { pool }: Database,
  work: () => Promise<T>,
): Promise<{ result: T; statements: string[] }> {
  const query = vi.spyOn(pool, 'query');
  try {
    const result = await work();
    return { result, statements: query.mock.calls.map(([first]) => textOf(first)) };
  } finally {
    query.mockRestore();
  }
}

const textOf = (query: unknown) =>
  typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : String(query);
