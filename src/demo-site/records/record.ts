import type { Column } from '../rows/columns.ts';
import type { Row } from '../rows/json.ts';

export type Generation = 'v1' | 'v2';
export type Entity = 'paintings' | 'users' | 'orders' | 'exhibitions' | 'customRequests';

/** What every row maker may know of its site. */
export interface Gallery {
  readonly generation: Generation;
  readonly name: string;
  readonly seed: number;
  /** How many rows the site was opened with, before any change. */
  readonly counts: Readonly<Record<Entity, number>>;
}

/** The order of the rows that were there from the start, as a closed form: a million rows cost no memory. */
export interface BaseOrder {
  idAt(position: number): number;
  positionOf(id: number): number;
  compare(left: Row, right: Row): number;
}

/** Everything the site knows about one kind of row. */
export interface RecordKind {
  readonly entity: Entity;
  /** Last part of the path under /api/export/. */
  readonly path: string;
  /** Name of the table in `full`, and of the list in a v2 envelope. */
  readonly table: string;
  readonly defaultLimit: number;
  /** v2 says `count` beside the list for some kinds only. */
  readonly hasCount: boolean;
  readonly columns: Readonly<Record<Generation, readonly Column[]>>;
  readonly tableColumns: readonly Column[];
  make(gallery: Gallery, id: number): Row;
  order(gallery: Gallery): BaseOrder;
}

/** A column as a number to sort by; whatever is no number sorts as 0. */
export function sortNumber(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' && !Number.isNaN(value) ? value : 0;
}

/** Oldest first: what v1 answers for every table. */
export const idAscending: BaseOrder = {
  idAt: (position) => position + 1,
  positionOf: (id) => id - 1,
  compare: (left, right) => sortNumber(left, 'id') - sortNumber(right, 'id'),
};

/** Newest first. */
export function idDescending(count: number): BaseOrder {
  return {
    idAt: (position) => count - position,
    positionOf: (id) => count - id,
    compare: (left, right) => sortNumber(right, 'id') - sortNumber(left, 'id'),
  };
}
