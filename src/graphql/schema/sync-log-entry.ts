import type {
  SyncLogEntry as SyncLogEntryRow,
  SyncRun as SyncRunRow,
} from '../../db/generated/prisma/client.ts';
import { LogLevel } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readKey } from '../global-ids.ts';
import { nestedConnection } from '../lists/connection.ts';
import type { NestedList } from '../lists/list.ts';
import { raw } from '../lists/sql.ts';
import { syncLogTable } from '../tables.ts';
import { connectionType } from './connection-type.ts';
import { EntityEnum } from './sync-run.ts';

const LogLevelEnum = builder.enumType(LogLevel, {
  name: 'LogLevel',
  description: 'How serious a line of a log is.',
  values: {
    INFO: { description: 'All is well.' },
    WARNING: { description: 'Worth a look.' },
    ERROR: { description: 'Something failed.' },
  },
});

const SyncLogEntry = builder.prismaNode('SyncLogEntry', {
  description: 'One line of the log of a run.',
  nullable: true,
  id: { resolve: (entry) => String(entry.id) },
  findUnique: (key) => ({ id: readKey('SyncLogEntry', key, 'bigint')[0] }),
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was written.' }),
    level: t.expose('level', { type: LogLevelEnum, description: 'How serious it is.' }),
    entity: t.expose('entity', {
      type: EntityEnum,
      nullable: true,
      description: 'The entity it is about; null where it is about the whole run.',
    }),
    message: t.exposeString('message', { description: 'What happened.' }),
  }),
});

const SyncLogEntryConnection = connectionType(SyncLogEntry, 'log lines');

const logOfRun: NestedList<SyncRunRow> = {
  kind: 'SyncRun.log',
  table: syncLogTable,
  order: [{ field: 'id', type: 'bigint' }],
  parentKeys: [{ type: 'uuid', of: (run) => run.id }],
  rows: raw('t.run_id = parent.key0'),
};

builder.prismaObjectField('SyncRun', 'log', (t) =>
  t.connection(
    {
      type: SyncLogEntry,
      description: 'What happened in it, oldest first.',
      extensions: { columns: [] },
      resolve: (run, args, context, info) =>
        nestedConnection<SyncRunRow, SyncLogEntryRow>(context, info, logOfRun, run, args, []),
    },
    SyncLogEntryConnection,
  ),
);
