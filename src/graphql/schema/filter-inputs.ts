import type { EnumRef, InputRef } from '@pothos/core';

import { type ExtendedTypes, builder } from '../builder.ts';
import { comparing, hasOne, siteFilter, textFilter } from '../lists/field-filters.ts';
import { type Condition, type FieldFilter, type Filter, filterRows } from '../lists/filter.ts';
import type { Sql } from '../lists/sql.ts';
import type { Table } from '../lists/table.ts';

/** A field that can be asked for: what GraphQL calls the condition, and what SQL it becomes. */
export interface FilterField {
  readonly type: InputRef<Condition>;
  readonly description: string;
  readonly filter: FieldFilter;
}

const isNullField = { description: 'Whether there is no value.' } as const;

const containsOptions = {
  description: 'This is somewhere in it, whatever the accents and capitals.',
} as const;

const rangeType = (name: string, type: 'Int' | 'Decimal' | 'DateTime' | 'Date', what: string) =>
  builder.inputRef<Condition>(name).implement({
    description: `A condition on ${what}: all that is given must hold.`,
    fields: (t) => ({
      equals: t.field({ type, description: 'Exactly this.' }),
      in: t.field({ type: [type], description: 'One of these, at most 100.' }),
      gt: t.field({ type, description: 'More than this.' }),
      gte: t.field({ type, description: 'This or more.' }),
      lt: t.field({ type, description: 'Less than this.' }),
      lte: t.field({ type, description: 'This or less.' }),
      isNull: t.boolean(isNullField),
    }),
  });

const IntFilter = rangeType('IntFilter', 'Int', 'a whole number');
const DecimalFilter = rangeType('DecimalFilter', 'Decimal', 'an exact decimal number');
const DateTimeFilter = rangeType('DateTimeFilter', 'DateTime', 'a moment');
const DateFilter = rangeType('DateFilter', 'Date', 'a day');

const TextFilter = builder.inputRef<Condition>('TextFilter').implement({
  description: 'A condition on a text: all that is given must hold.',
  fields: (t) => ({
    equals: t.string({ description: 'Exactly this.' }),
    in: t.stringList({ description: 'One of these, at most 100.' }),
    contains: t.string(containsOptions),
    isNull: t.boolean(isNullField),
  }),
});

const IdFilter = builder.inputRef<Condition>('IdFilter').implement({
  description: 'A condition on an object that is referred to: all that is given must hold.',
  fields: (t) => ({
    equals: t.id({ description: 'The object with this id.' }),
    in: t.idList({ description: 'One of these, at most 100.' }),
  }),
});

const CodeFilter = builder.inputRef<Condition>('CodeFilter').implement({
  description: 'A condition on a text that is known as a whole: all that is given must hold.',
  fields: (t) => ({
    equals: t.string({ description: 'Exactly this.' }),
    in: t.stringList({ description: 'One of these, at most 100.' }),
  }),
});

/** The condition on an enum: `PaintingStatusFilter` for `PaintingStatus`. */
export const enumFilter = <Values extends string>(type: EnumRef<ExtendedTypes, Values>) =>
  builder.inputRef<Condition>(`${type.name}Filter`).implement({
    description: `A condition on a ${type.name}: all that is given must hold.`,
    fields: (t) => ({
      equals: t.field({ type, description: 'Exactly this.' }),
      in: t.field({ type: [type], description: 'One of these.' }),
      isNull: t.boolean(isNullField),
    }),
  });

/** @param cast the name of the enum in PostgreSQL */
export const enumField = (
  type: InputRef<Condition>,
  field: string,
  cast: string,
  description: string,
): FilterField => ({ type, description, filter: comparing(field, cast) });
/** An array of an enum. */
export const enumsField = (
  type: InputRef<Condition>,
  field: string,
  cast: string,
  description: string,
): FilterField => ({ type, description, filter: hasOne(field, cast) });
export const intField = (field: string, description: string): FilterField => ({
  type: IntFilter,
  description,
  filter: comparing(field, 'int'),
});
export const decimalField = (field: string, description: string): FilterField => ({
  type: DecimalFilter,
  description,
  filter: comparing(field, 'numeric'),
});
export const dateTimeField = (field: string, description: string): FilterField => ({
  type: DateTimeFilter,
  description,
  filter: comparing(field, 'timestamptz'),
});
export const dateField = (field: string, description: string): FilterField => ({
  type: DateFilter,
  description,
  filter: comparing(field, 'date'),
});
export const textField = (field: string, table: Table, description: string): FilterField => ({
  type: TextFilter,
  description,
  filter: textFilter(field, table),
});
/** A text of which no part is looked for. */
export const codeField = (filter: FieldFilter, description: string): FilterField => ({
  type: CodeFilter,
  description,
  filter,
});
export const idField = (filter: FieldFilter, description: string): FilterField => ({
  type: IdFilter,
  description,
  filter,
});
export const siteField = idField(siteFilter, 'The site, such as {equals: "Site:1"}.');

/** The argument `where` of a list, and the conditions it asks for. */
export interface ListFilter {
  readonly type: InputRef<Filter>;
  readonly conditions: (where: Filter | null | undefined) => readonly Sql[];
}

/** The filter of a type, `PaintingFilter`: its fields, and `and`, `or`, `not`. */
export function listFilter(
  name: string,
  rows: string,
  fields: Readonly<Record<string, FilterField>>,
): ListFilter {
  const type = builder.inputRef<Filter>(`${name}Filter`);
  type.implement({
    description: `Which ${rows} are wanted: all that is given must hold. At most 50 conditions on 5 levels.`,
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(fields).map(([field, { type: of, description }]) => [
          field,
          t.field({ type: of, description }),
        ]),
      ),
      and: t.field({ type: [type], description: 'All of these must hold too.' }),
      or: t.field({ type: [type], description: 'One of these must hold too.' }),
      not: t.field({ type, description: 'This must not hold: it brings exactly the other rows.' }),
    }),
  });
  const filters = Object.fromEntries(Object.entries(fields).map(([field, { filter }]) => [field, filter]));
  return { type, conditions: (where) => filterRows(filters, where) };
}

/** The argument itself. */
export const whereArg = ({ type }: ListFilter, rows: string) =>
  builder.args((t) => ({
    where: t.field({ type, description: `Only ${rows} for which this holds.` }),
  }));
