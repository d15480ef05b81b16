import { readId } from '../global-ids.ts';
import { type Sql, raw, sql } from './sql.ts';
import { column } from './table.ts';

/** Filters as the arguments of a list give them: an argument that is not given adds no condition. */

/** Only rows of the site with this global id. Throws BAD_USER_INPUT for the id of something else. */
export const ofSite = (siteId: string | null | undefined): Sql[] =>
  siteId == null ? [] : [sql`${column('siteId')} = ${readId('Site', siteId, 'int')[0]}::int`];

/** Without the tombstones, unless they are asked for. */
export const unlessDeleted = (includeDeleted: boolean): Sql[] =>
  includeDeleted ? [] : [sql`${column('deletedAt')} IS NULL`];

/** Only rows whose field is this value of a PostgreSQL enum. */
export const withStatus = (status: string | null | undefined, enumName: string): Sql[] =>
  status == null ? [] : [sql`${column('status')} = ${status}::${raw(`"${enumName}"`)}`];
