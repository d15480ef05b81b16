import { type Sql, sql } from './sql.ts';
import { column } from './table.ts';

/** Without the tombstones, unless they are asked for. */
export const unlessDeleted = (includeDeleted: boolean): Sql[] =>
  includeDeleted ? [] : [sql`${column('deletedAt')} IS NULL`];
