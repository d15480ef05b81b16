import type { Pool } from 'pg';

import type { OrderStatus } from '../../db/generated/prisma/enums.ts';
import { IN_PERIOD, type SalesRequest, WANTED_PERIODS, rowsByRequest, valuesOf } from './requests.ts';

/** What lines of orders come to together. */
interface LineSums {
  /** Pieces sold. */
  readonly quantity: string;
  /** Price times quantity, summed up: an exact decimal as text. */
  readonly amount: string;
}

export interface PaintingSums extends LineSums {
  readonly siteId: number;
  readonly paintingSourceId: string;
}

export interface CategorySums extends LineSums {
  /** Null: paintings without one, and lines whose painting is not in the mirror. */
  readonly category: string | null;
}

// An array of keys is looked up in one pass over the index, where a join would be planned by statistics.
const SOLD = `${WANTED_PERIODS} CROSS JOIN LATERAL (
    SELECT painting_source_id, sum(quantity) AS quantity, sum(price * quantity) AS amount
    FROM order_item WHERE site_id = wanted.site_id
      AND order_source_id = ANY (ARRAY (SELECT source_id FROM "order" WHERE ${IN_PERIOD}))
    GROUP BY 1
  ) AS sold`;

const BY_PAINTING = `
  SELECT wanted.request, wanted.site_id AS "siteId", sold.painting_source_id AS "paintingSourceId",
    sold.quantity, sold.amount,
    row_number() OVER (
      PARTITION BY wanted.request
      ORDER BY sold.quantity DESC, sold.amount DESC, wanted.site_id, sold.painting_source_id
    ) AS place
  FROM ${SOLD} WHERE sold.painting_source_id IS NOT NULL`;

const BY_CATEGORY = `
  SELECT wanted.request, painting.category, sum(sold.quantity) AS quantity, sum(sold.amount) AS amount,
    row_number() OVER (
      PARTITION BY wanted.request ORDER BY sum(sold.amount) DESC, painting.category COLLATE "C" NULLS LAST
    ) AS place
  FROM ${SOLD} LEFT JOIN LATERAL (
    SELECT category FROM painting
    WHERE site_id = wanted.site_id AND source_id = sold.painting_source_id OFFSET 0
  ) AS painting ON true GROUP BY 1, 2`;

/** The paintings of each request that sold best, by pieces, then by amount; one statement for all. */
export function sumByPainting(
  pool: Pool,
  requests: readonly SalesRequest[],
  statuses: readonly OrderStatus[],
  first: number,
): Promise<PaintingSums[][]> {
  return readFirst<PaintingSums>(pool, BY_PAINTING, requests, statuses, first);
}

/** The categories of each request that brought most; one statement for all. */
export function sumByCategory(
  pool: Pool,
  requests: readonly SalesRequest[],
  statuses: readonly OrderStatus[],
  first: number,
): Promise<CategorySums[][]> {
  return readFirst<CategorySums>(pool, BY_CATEGORY, requests, statuses, first);
}

async function readFirst<Sums extends LineSums>(
  pool: Pool,
  ranked: string,
  requests: readonly SalesRequest[],
  statuses: readonly OrderStatus[],
  first: number,
): Promise<Sums[][]> {
  const { rows } = await pool.query<Sums & { request: number }>(
    `SELECT * FROM (${ranked}) AS ranked WHERE place <= $7 ORDER BY request, place`,
    [...valuesOf(requests), statuses, first],
  );
  return rowsByRequest(requests, rows);
}
