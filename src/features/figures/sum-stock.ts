import type { Pool } from 'pg';

import { rowsByRequest } from './requests.ts';

/** What paintings come to together. */
export interface StockSums {
  readonly paintings: number;
  /** Whole, and too large for a number where quantities are absurd. */
  readonly pieces: string;
  /** Price times quantity, summed up: an exact decimal as text. */
  readonly value: string;
  /** Of them, those whose price is 0. */
  readonly unpriced: number;
}

/** SQL that tells which paintings `t` are meant. What is marked as sold is, whatever its quantity says. */
export const stockLevels = {
  IN_STOCK: `t.quantity > 0 AND t.status <> 'SOLD'`,
  LAST_PIECE: `t.quantity = 1 AND t.status <> 'SOLD'`,
  SOLD_OUT: `(t.quantity <= 0 OR t.status = 'SOLD')`,
} as const;

export type StockLevel = keyof typeof stockLevels;

export type Stock = Record<StockLevel, StockSums>;

/** What each set of sites has to sell; one statement for all. */
export async function sumStock(
  pool: Pool,
  requests: readonly (readonly { readonly id: number }[])[],
): Promise<Stock[]> {
  const wanted = requests.flatMap((sites, index) => sites.map(({ id }) => ({ index, id })));
  const { rows } = await pool.query<Stock & { request: number }>(
    `SELECT wanted.request, ${Object.entries(stockLevels).map(sumsOf).join(', ')}
    FROM unnest($1::int[], $2::int[]) AS wanted (request, site_id) CROSS JOIN LATERAL (
      SELECT quantity, price, status FROM painting
      WHERE site_id = wanted.site_id AND deleted_at IS NULL OFFSET 0
    ) AS t GROUP BY wanted.request`,
    [wanted.map(({ index }) => index), wanted.map(({ id }) => id)],
  );
  return rowsByRequest(requests, rows).map(([stock]) => stock ?? noStock);
}

const sumsOf = ([level, condition]: [string, string]) => `json_build_object(
    'paintings', count(*) FILTER (WHERE ${condition}),
    'pieces', coalesce(sum(t.quantity) FILTER (WHERE ${condition}), 0)::text,
    'value', coalesce(sum(t.price * t.quantity) FILTER (WHERE ${condition}), 0)::text,
    'unpriced', count(*) FILTER (WHERE ${condition} AND t.price = 0)
  ) AS "${level}"`;

const nothing: StockSums = { paintings: 0, pieces: '0', value: '0', unpriced: 0 };
const noStock: Stock = { IN_STOCK: nothing, LAST_PIECE: nothing, SOLD_OUT: nothing };
