import { type CustomTypesConfig, types as pgTypes } from 'pg';

import type { Database } from '../../db/client.ts';
import { Prisma } from '../../db/generated/prisma/client.ts';
import type { Entity } from '../../db/generated/prisma/enums.ts';
import { type Sql, join, raw, sql, toQuery } from './sql.ts';

/** A table as the lists read it. Fields bear Prisma's names, which are the rows' property names too. */
export interface Table {
  readonly name: string;
  /** All that may be read. */
  readonly fields: readonly string[];
  /** The primary key: read with every row. */
  readonly keys: readonly string[];
  /** Of mirrored data: what a sync brings its rows with. */
  readonly entity?: Entity;
  /** Types to read a column as, where pg cannot know how to parse its own. */
  readonly casts?: Readonly<Record<string, string>>;
}

/** The schema's one naming rule: `priceOld2` is the column `price_old_2`. */
const columnOf = (field: string) => field.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);

/** The column of a field. Every statement calls the table it reads `t`. */
export const column = (field: string): Sql => raw(`t."${columnOf(field)}"`);

/** `"painting" AS t` */
export const from = (table: Table): Sql => raw(`"${table.name}" AS t`);

/** `t."site_id" AS "siteId", …` */
export function columns(table: Table, fields: readonly string[]): Sql {
  const read = fields.map((field) => {
    const cast = table.casts?.[field];
    return sql`${column(field)}${raw(cast === undefined ? '' : `::${cast}`)} AS ${raw(`"${field}"`)}`;
  });
  return join(read, ', ');
}

/** Values come as the types Prisma gives, so that a row is the same through both doors to the database. */
const parsers: Record<number, (text: string) => unknown> = {
  [pgTypes.builtins.INT8]: BigInt,
  [pgTypes.builtins.NUMERIC]: (text) => new Prisma.Decimal(text),
  [pgTypes.builtins.DATE]: (text) => new Date(`${text}T00:00:00Z`),
};

const types: CustomTypesConfig = {
  getTypeParser: (oid: number) => parsers[oid] ?? pgTypes.getTypeParser(oid),
};

/** Runs one statement. The caller says what its columns make of a row. */
export async function readRows<Row extends object>(database: Database, statement: Sql): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>({ ...toQuery(statement), types });
  return rows;
}
