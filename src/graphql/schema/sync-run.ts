import DataLoader from 'dataloader';

import type { Site as SiteRow, SyncRun as SyncRunRow } from '../../db/generated/prisma/client.ts';
import { Entity, RunMode, RunStatus } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readId, readKey } from '../global-ids.ts';
import { nestedConnection, rootConnection } from '../lists/connection.ts';
import { comparing } from '../lists/field-filters.ts';
import { type List, listOfSite } from '../lists/list.ts';
import { loadNestedPages } from '../lists/load-pages.ts';
import { syncRunTable } from '../tables.ts';
import { connectionType } from './connection-type.ts';
import {
  codeField,
  enumField,
  enumFilter,
  enumsField,
  listFilter,
  siteField,
  whereArg,
} from './filter-inputs.ts';
import { Site } from './site.ts';

export const EntityEnum = builder.enumType(Entity, {
  name: 'Entity',
  description: 'What a run reads from a site, one after the other.',
  values: {
    SETTINGS: { description: 'The settings of the site.' },
    STATS: { description: 'What the site says about itself.' },
    PAINTINGS: { description: 'Paintings.' },
    USERS: { description: 'Users.' },
    ORDERS: { description: 'Orders with their lines.' },
    EXHIBITIONS: { description: 'Exhibitions.' },
    CUSTOM_REQUESTS: { description: 'Wishes for works made to order.' },
  },
});

export const RunStatusEnum = builder.enumType(RunStatus, {
  name: 'RunStatus',
  description: 'How a run stands.',
  values: {
    QUEUED: { description: 'Waiting for its turn.' },
    RUNNING: { description: 'Reading from the site.' },
    SUCCEEDED: { description: 'Ended: everything was brought.' },
    PARTIAL: { description: 'Ended: some entities were brought whole, others failed.' },
    FAILED: { description: 'Ended: nothing was brought.' },
    CANCELLED: { description: 'Ended: called off.' },
  },
});

export const RunModeEnum = builder.enumType(RunMode, {
  name: 'RunMode',
  description: 'What a run does with what it reads.',
  values: {
    SYNC: { description: 'It brings the mirror up to date.' },
    DRY_RUN: {
      description:
        'It says what a sync would do, in its counters and `SyncEntityRun.differences`, and does nothing of it.',
    },
  },
});

export const SyncRun = builder.prismaNode('SyncRun', {
  description: 'One go at bringing the mirror of a site up to date.',
  nullable: true,
  id: { resolve: (run) => run.id },
  findUnique: (key) => ({ id: readKey('SyncRun', key, 'uuid')[0] }),
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site it reads from.',
      extensions: { columns: [] },
      resolve: (run, _args, { loaders }) => loaders.site.load(run.siteId),
    }),
    mode: t.expose('mode', { type: RunModeEnum, description: 'What it does with what it reads.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'How it stands.' }),
    entities: t.expose('entities', { type: [EntityEnum], description: 'What it was asked to bring.' }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'The stable code of what ended it early; null when nothing did.',
    }),
    errorMessage: t.exposeString('errorMessage', {
      nullable: true,
      description: 'What ended it early, as a sentence; null when nothing did.',
    }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it began to read; null while it waits.',
    }),
    cancelRequestedAt: t.expose('cancelRequestedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was called off: from then on it can only end CANCELLED. Null: it was not.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it is under way.',
    }),
  }),
});

const SyncRunConnection = connectionType(SyncRun, 'runs');

export const EntityFilter = enumFilter(EntityEnum);

const filter = listFilter('SyncRun', 'runs', {
  site: siteField,
  status: enumField(enumFilter(RunStatusEnum), 'status', 'run_status', 'How it stands.'),
  entity: enumsField(EntityFilter, 'entities', 'entity', 'One of the entities it was asked to bring.'),
  errorCode: codeField(comparing('errorCode', 'text'), 'The stable code of what ended it early.'),
});

const syncRuns: List = {
  kind: 'syncRuns',
  table: syncRunTable,
  order: [{ field: 'id', type: 'uuid', descending: true }],
};

const syncRunsOfSite = listOfSite('Site.syncRuns', syncRunTable, [
  { field: 'id', type: 'uuid', descending: true },
]);

builder.queryFields((t) => ({
  syncRun: t.prismaField({
    type: SyncRun,
    nullable: true,
    description: 'One run; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Its id, as `syncSite` answers it.' }) },
    resolve: (query, _root, { id }, { database }) =>
      database.prisma.syncRun.findUnique({ ...query, where: { id: readId('SyncRun', id, 'uuid')[0] } }),
  }),
  syncRuns: t.connection(
    {
      type: SyncRun,
      description: 'Runs of all sites, the newest first.',
      args: whereArg(filter, 'runs'),
      resolve: (_root, args, context, info) =>
        rootConnection<SyncRunRow>(context, info, syncRuns, args, filter.conditions(args.where)),
    },
    SyncRunConnection,
  ),
}));

builder.prismaObjectFields('Site', (t) => ({
  syncRuns: t.connection(
    {
      type: SyncRun,
      description: 'Its runs, the newest first.',
      args: whereArg(filter, 'runs'),
      extensions: { columns: [] },
      resolve: (site, args, context, info) =>
        nestedConnection<SiteRow, SyncRunRow>(
          context,
          info,
          syncRunsOfSite,
          site,
          args,
          filter.conditions(args.where),
        ),
    },
    SyncRunConnection,
  ),
  lastRun: t.field({
    type: SyncRun,
    nullable: true,
    description: 'Its newest run, under way or ended; null before the first.',
    extensions: { columns: [] },
    resolve: (site, _args, { database, loaders }) =>
      loaders
        .batch(
          'Site.lastRun',
          () =>
            new DataLoader<SiteRow, SyncRunRow | null>(async (sites) => {
              const newest = { size: 1, backwards: false, after: null, before: null };
              const query = { page: newest, conditions: [], fields: syncRunTable.fields };
              const pages = await loadNestedPages<SiteRow, SyncRunRow>(
                database,
                syncRunsOfSite,
                query,
                sites,
              );
              return pages.map(([run]) => run ?? null);
            }),
        )
        .load(site),
  }),
}));
