import DataLoader from 'dataloader';

import type { Database } from '../../db/client.ts';
import type {
  DeletionHold as HoldModel,
  DeletionHoldRow as HeldRowModel,
  Site as SiteRow,
} from '../../db/generated/prisma/client.ts';
import { HoldStatus, type Entity } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readKey } from '../global-ids.ts';
import { nestedConnection, rootConnection } from '../lists/connection.ts';
import { listOfSite, type List, type NestedList } from '../lists/list.ts';
import { raw } from '../lists/sql.ts';
import type { Loaders } from '../loaders.ts';
import type { Table } from '../lists/table.ts';
import {
  customRequestTable,
  deletionHoldRowTable,
  deletionHoldTable,
  exhibitionTable,
  orderTable,
  paintingTable,
  userTable,
} from '../tables.ts';
import { connectionType } from './connection-type.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { Site } from './site.ts';
import { EntityEnum } from './sync-run.ts';

const HoldStatusEnum = builder.enumType(HoldStatus, {
  name: 'HoldStatus',
  description: 'What became of deletions that were held.',
  values: {
    OPEN: { description: 'They wait: confirm or discard them.' },
    CONFIRMED: { description: 'A person confirmed that the rows are gone.' },
    DISCARDED: { description: 'A person decided to keep the rows.' },
    SUPERSEDED: { description: 'A later sync found something else.' },
  },
});

export const DeletionHold = builder.prismaNode('DeletionHold', {
  description:
    'Rows that are proven gone from their site, but are so many that a person has to confirm it. They live on until then.',
  nullable: true,
  id: { resolve: (hold) => String(hold.id) },
  findUnique: (key) => ({ id: readKey('DeletionHold', key, 'int')[0] }),
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site they were on.',
      extensions: { columns: [] },
      resolve: (hold, _args, { loaders }) => loaders.site.load(hold.siteId),
    }),
    entity: t.expose('entity', { type: EntityEnum, description: 'What they are.' }),
    status: t.expose('status', { type: HoldStatusEnum, description: 'Whether they still wait.' }),
    held: t.exposeInt('held', { description: 'How many rows.' }),
    live: t.exposeInt('live', { description: 'How many rows the mirror held before, these among them.' }),
    deleted: t.exposeInt('deleted', { description: 'How many were deleted when it was confirmed.' }),
    missedAt: t.expose('missedAt', {
      type: 'DateTime',
      description: 'When the site was first asked and did not have them.',
    }),
    heldAt: t.expose('heldAt', { type: 'DateTime', description: 'Since when they wait.' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When they ceased to wait; null while they do.',
    }),
  }),
});

/** The type on the API, and the table, of the records of each entity that a hold may name by id. */
const recordTypes: Partial<Record<Entity, { typename: string; table: Table }>> = {
  PAINTINGS: { typename: 'Painting', table: paintingTable },
  USERS: { typename: 'User', table: userTable },
  ORDERS: { typename: 'Order', table: orderTable },
  EXHIBITIONS: { typename: 'Exhibition', table: exhibitionTable },
  CUSTOM_REQUESTS: { typename: 'CustomRequest', table: customRequestTable },
};

const HeldRow = builder.prismaObject('DeletionHoldRow', {
  name: 'HeldRow',
  description: 'One row that waits to be deleted.',
  fields: (t) => ({
    key: t.exposeString('record', { description: 'Its id on its site; of a setting, its key.' }),
    record: t.field({
      type: MirroredRecord,
      nullable: true,
      description: 'The row as it is mirrored; null for a setting.',
      extensions: { columns: [] },
      resolve: ({ holdId, record }, _args, { database, loaders }) =>
        loadRecord(database, loaders, holdId, record),
    }),
  }),
});

async function loadRecord(database: Database, loaders: Loaders, holdId: number, record: string) {
  const holds = loaders.batch(
    'DeletionHold',
    () =>
      new DataLoader<number, HoldModel>(async (ids) => {
        const rows = await database.prisma.deletionHold.findMany({ where: { id: { in: [...ids] } } });
        const byId = new Map(rows.map((hold) => [hold.id, hold]));
        return ids.map(
          (id) => byId.get(id) ?? new Error(`Deletion hold ${id} was removed while it was read.`),
        );
      }),
  );
  const { siteId, entity } = await holds.load(holdId);
  const type = recordTypes[entity];
  if (type === undefined) return null;
  const row = await loaders.record(type.table).load({ siteId, sourceId: BigInt(record) });
  return row === null ? null : { ...row, __typename: type.typename };
}

const HeldRowConnection = connectionType(HeldRow, 'rows that wait');

const rowsOfHold: NestedList<HoldModel> = {
  kind: 'DeletionHold.rows',
  table: deletionHoldRowTable,
  order: [{ field: 'record', type: 'text' }],
  parentKeys: [{ type: 'int', of: (hold) => hold.id }],
  rows: raw('t.hold_id = parent.key0'),
};

builder.prismaObjectField('DeletionHold', 'rows', (t) =>
  t.connection(
    {
      type: HeldRow,
      description: 'The rows, in the order of their ids as text; of a hold that was superseded none.',
      extensions: { columns: [] },
      resolve: (hold, args, context, info) =>
        nestedConnection<HoldModel, HeldRowModel>(context, info, rowsOfHold, hold, args, []),
    },
    HeldRowConnection,
  ),
);

const DeletionHoldConnection = connectionType(DeletionHold, 'deletion holds');

const order = [{ field: 'id', type: 'int' }] as const;
const holds: List = { kind: 'deletionHolds', table: deletionHoldTable, order };
const holdsOfSite = listOfSite('Site.deletionHolds', deletionHoldTable, order);

const includeDecided = {
  required: true,
  defaultValue: false,
  description: 'Also those that no longer wait (`decidedAt` is set).',
} as const;
const conditionsOf = (args: { includeDecided: boolean }) =>
  args.includeDecided ? [] : [raw('t.decided_at IS NULL')];

builder.queryField('deletionHolds', (t) =>
  t.connection(
    {
      type: DeletionHold,
      description: 'Deletions of all sites that wait for a person, oldest first.',
      args: { includeDecided: t.arg.boolean(includeDecided) },
      resolve: (_root, args, context, info) =>
        rootConnection<HoldModel>(context, info, holds, args, conditionsOf(args)),
    },
    DeletionHoldConnection,
  ),
);

builder.prismaObjectField('Site', 'deletionHolds', (t) =>
  t.connection(
    {
      type: DeletionHold,
      description: 'Deletions that wait for a person, oldest first; at most one for each entity.',
      args: { includeDecided: t.arg.boolean(includeDecided) },
      extensions: { columns: [] },
      resolve: (site, args, context, info) =>
        nestedConnection<SiteRow, HoldModel>(context, info, holdsOfSite, site, args, conditionsOf(args)),
    },
    DeletionHoldConnection,
  ),
);
