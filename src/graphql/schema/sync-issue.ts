import type {
  Site as SiteRow,
  SyncIssue as SyncIssueRow,
  SyncRun as SyncRunRow,
} from '../../db/generated/prisma/client.ts';
import { IssueSeverity } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readKey } from '../global-ids.ts';
import { nestedConnection, rootConnection } from '../lists/connection.ts';
import { comparing } from '../lists/field-filters.ts';
import { type List, type NestedList, listOfSite } from '../lists/list.ts';
import type { Filter } from '../lists/filter.ts';
import { raw } from '../lists/sql.ts';
import { syncIssueTable } from '../tables.ts';
import { connectionType } from './connection-type.ts';
import { codeField, enumField, enumFilter, listFilter, siteField, whereArg } from './filter-inputs.ts';
import { Site } from './site.ts';
import { EntityEnum, EntityFilter } from './sync-run.ts';

const IssueSeverityEnum = builder.enumType(IssueSeverity, {
  name: 'IssueSeverity',
  description: 'What an issue did to its record.',
  values: {
    ERROR: { description: 'The record stayed out of the mirror.' },
    WARNING: { description: 'The record came in, with a value put right.' },
  },
});

const SyncIssue = builder.prismaNode('SyncIssue', {
  description:
    'Something wrong with one record of a site, from the run that first saw it to the run that no longer does.',
  nullable: true,
  id: { resolve: (issue) => String(issue.id) },
  findUnique: (key) => ({ id: readKey('SyncIssue', key, 'bigint')[0] }),
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site it was found on.',
      extensions: { columns: [] },
      resolve: (issue, _args, { loaders }) => loaders.site.load(issue.siteId),
    }),
    entity: t.expose('entity', { type: EntityEnum, description: 'The kind of record.' }),
    record: t.exposeString('record', {
      description: "The record's id on its site; `@` and its place in the list where it has no sound id.",
    }),
    path: t.exposeString('path', { description: 'The field of the record, such as "price".' }),
    code: t.exposeString('code', { description: 'The stable code of what is wrong.' }),
    severity: t.expose('severity', { type: IssueSeverityEnum, description: 'What it did to the record.' }),
    message: t.exposeString('message', { description: 'What was expected and what came, as a sentence.' }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'What came, shortened and without secrets; null where there is nothing to show.',
    }),
    firstSeenAt: t.expose('firstSeenAt', { type: 'DateTime', description: 'When it was first seen.' }),
    resolvedAt: t.expose('resolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a run no longer saw it; null while it is open.',
    }),
  }),
});

const SyncIssueConnection = connectionType(SyncIssue, 'issues');

const filter = listFilter('SyncIssue', 'issues', {
  site: siteField,
  entity: enumField(EntityFilter, 'entity', 'entity', 'The kind of record.'),
  code: codeField(comparing('code', 'text'), 'The stable code of what is wrong.'),
  severity: enumField(
    enumFilter(IssueSeverityEnum),
    'severity',
    'issue_severity',
    'What it did to the record.',
  ),
});

/** The arguments of a list that goes through the runs: what is over is left out unless it is asked for. */
const issueArgs = () =>
  builder.args((t) => ({
    ...whereArg(filter, 'issues'),
    includeResolved: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Also those that are over (`resolvedAt` is set).',
    }),
  }));

const conditionsOf = (args: { where?: Filter | null | undefined; includeResolved: boolean }) => [
  ...filter.conditions(args.where),
  ...(args.includeResolved ? [] : [raw('t.resolved_at IS NULL')]),
];

const order = [{ field: 'id', type: 'bigint' }] as const;
const issues: List = { kind: 'issues', table: syncIssueTable, order };
const issuesOfSite = listOfSite('Site.issues', syncIssueTable, order);

/** An issue belongs to every run it was open in. Run ids sort by time. */
const issuesOfRun: NestedList<SyncRunRow> = {
  kind: 'SyncRun.issues',
  table: syncIssueTable,
  order,
  parentKeys: [{ type: 'uuid', of: (run) => run.id }],
  parentJoin: raw('JOIN sync_run AS run ON run.id = parent.key0'),
  rows: raw(`t.site_id = run.site_id AND t.entity = ANY(run.entities)
    AND t.first_run_id <= run.id AND (t.resolved_run_id IS NULL OR t.resolved_run_id > run.id)`),
};

builder.queryField('issues', (t) =>
  t.connection(
    {
      type: SyncIssue,
      description: 'What is wrong with records of all sites, oldest first.',
      args: issueArgs(),
      resolve: (_root, args, context, info) =>
        rootConnection<SyncIssueRow>(context, info, issues, args, conditionsOf(args)),
    },
    SyncIssueConnection,
  ),
);

builder.prismaObjectField('SyncRun', 'issues', (t) =>
  t.connection(
    {
      type: SyncIssue,
      description: 'The issues that were open when it ended, oldest first.',
      args: whereArg(filter, 'issues'),
      extensions: { columns: [] },
      resolve: (run, args, context, info) =>
        nestedConnection<SyncRunRow, SyncIssueRow>(
          context,
          info,
          issuesOfRun,
          run,
          args,
          filter.conditions(args.where),
        ),
    },
    SyncIssueConnection,
  ),
);

builder.prismaObjectField('Site', 'issues', (t) =>
  t.connection(
    {
      type: SyncIssue,
      description: 'What is wrong with its records, oldest first.',
      args: issueArgs(),
      extensions: { columns: [] },
      resolve: (site, args, context, info) =>
        nestedConnection<SiteRow, SyncIssueRow>(context, info, issuesOfSite, site, args, conditionsOf(args)),
    },
    SyncIssueConnection,
  ),
);
