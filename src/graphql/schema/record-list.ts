import type { MaybePromise } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';

import type { Site as SiteRow } from '../../db/generated/prisma/client.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { unlessDeleted } from '../lists/conditions.ts';
import { type Connection, nestedConnection, rootConnection } from '../lists/connection.ts';
import type { SortKey } from '../lists/cursor.ts';
import { matching } from '../lists/field-filters.ts';
import type { Filter } from '../lists/filter.ts';
import { type List, listOfSite } from '../lists/list.ts';
import type { PageArguments } from '../lists/page.ts';
import { sitesOfFilter } from '../lists/sites-of-filter.ts';
import type { Table } from '../lists/table.ts';
import { type FilterField, listFilter, whereArg } from './filter-inputs.ts';
import { includeDeletedArg } from './list-arguments.ts';

/** A field that a list can be sorted by; each has an index that begins with the site. */
export interface Sorting extends Pick<SortKey, 'field' | 'type' | 'whenNull'> {
  readonly description: string;
  /** Whether another index has the order across sites. */
  readonly acrossSites?: true;
}

type Direction = 'ASC' | 'DESC';

interface OrderBy {
  readonly field: string;
  readonly direction: Direction;
}

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which end of an order comes first.',
  values: {
    ASC: { description: 'The smallest and oldest first; rows without a value last.' },
    DESC: { description: 'The largest and newest first; rows without a value first.' },
  } as const,
});

/** A list of mirrored records: of all sites, and of each site. */
export interface RecordListOptions {
  /** The name of the type, such as "Painting". */
  readonly name: string;
  /** What its rows are called, such as "paintings": the name of the field too. */
  readonly rows: string;
  readonly table: Table;
  readonly filters: Readonly<Record<string, FilterField>>;
  /** Beside `ID`, which every list has. */
  readonly sortings: Readonly<Record<string, Sorting>>;
  /** The order when none is asked for. */
  readonly usual: OrderBy;
  /** The two texts that `search` looks at, as the index has them; the second one may be null. */
  readonly searched: { readonly fields: readonly [string, string]; readonly description: string };
}

interface ListArguments extends PageArguments {
  readonly where?: Filter | null | undefined;
  readonly orderBy?: OrderBy | null | undefined;
  readonly search?: string | null | undefined;
  readonly includeDeleted: boolean;
}

const ofAllSites = [
  { field: 'siteId', type: 'int' },
  { field: 'sourceId', type: 'bigint' },
] as const;
const ofOneSite = [{ field: 'sourceId', type: 'bigint' }] as const;

/** The arguments of a list of records, and the connections they ask for. */
export function recordList<Row extends object>(options: RecordListOptions) {
  const { name, rows, table, sortings, usual, searched } = options;
  const filter = listFilter(name, rows, options.filters);
  const orderType = orderInput(name, rows, sortings);

  const conditionsOf = (args: ListArguments) => [
    ...filter.conditions(args.where),
    ...matching(searched.fields, args.search),
    ...unlessDeleted(args.includeDeleted),
  ];
  const sortKeys = ({ orderBy }: ListArguments, last: readonly SortKey[]): readonly SortKey[] => {
    const { field, direction } = orderBy ?? usual;
    const sorting = sortings[field];
    const keys = sorting === undefined ? last : [keyOf(sorting), ...last];
    return direction === 'ASC' ? keys : keys.map((key) => ({ ...key, descending: true }));
  };

  const ofAll = (args: ListArguments) => {
    const sorting = sortings[(args.orderBy ?? usual).field];
    const isWhole = args.where == null && args.search == null;
    const walksSites = isWhole && sorting !== undefined && !sorting.acrossSites;
    const list: List = { kind: rows, table, order: sortKeys(args, ofAllSites), walksSites };
    return { kind: 'list', list, args, conditions: conditionsOf(args) } as const;
  };
  const ofOne = (args: ListArguments) => {
    const list = listOfSite(`Site.${rows}`, table, sortKeys(args, ofOneSite));
    const parent = { keys: ['id'], rows: list.rows };
    return { kind: 'list', list, parent, args, conditions: conditionsOf(args) } as const;
  };

  return {
    args: () =>
      builder.args((t) => ({
        ...whereArg(filter, rows),
        search: t.string({ description: searched.description }),
        orderBy: t.field({
          type: orderType,
          description: `In which order; {field: ${usual.field}, direction: ${usual.direction}} when not given.`,
        }),
        ...includeDeletedArg(),
      })),
    /** Of all sites. */
    root(context: Context, info: GraphQLResolveInfo, args: ListArguments): MaybePromise<Connection<Row>> {
      const asked = ofAll(args);
      return rootConnection<Row>(
        context,
        info,
        asked.list,
        args,
        asked.conditions,
        sitesOfFilter(args.where),
      );
    },
    rootSql: ofAll,
    /** Of one site. */
    ofSite(
      context: Context,
      info: GraphQLResolveInfo,
      site: SiteRow,
      args: ListArguments,
    ): MaybePromise<Connection<Row>> {
      const asked = ofOne(args);
      return nestedConnection<SiteRow, Row>(context, info, asked.list, site, args, asked.conditions);
    },
    ofSiteSql: ofOne,
  };
}

function orderInput(name: string, rows: string, sortings: Readonly<Record<string, Sorting>>) {
  const OrderField = builder.enumType(`${name}OrderField`, {
    description: `What a list of ${rows} can be sorted by. Rows without a value count as greater than all others.`,
    values: {
      ID: { description: 'Their site, in the order the sites were added, and their id there.' },
      ...Object.fromEntries(
        Object.entries(sortings).map(([field, { description }]) => [field, { description }]),
      ),
    },
  });
  return builder.inputRef<OrderBy>(`${name}Order`).implement({
    description: `An order of a list of ${rows}. Equal ones are sorted by their site and their id there.`,
    fields: (t) => ({
      field: t.field({ type: OrderField, required: true, description: 'What to sort by.' }),
      direction: t.field({
        type: OrderDirection,
        required: true,
        defaultValue: 'ASC',
        description: 'Which end comes first.',
      }),
    }),
  });
}

const keyOf = ({ field, type, whenNull }: Sorting): SortKey => ({
  field,
  type,
  ...(whenNull === undefined ? {} : { whenNull }),
});
