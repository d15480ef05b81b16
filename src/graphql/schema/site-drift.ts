import type { SiteDrift as SiteDriftRow, Site as SiteRow } from '../../db/generated/prisma/client.ts';
import { DriftKind } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readKey } from '../global-ids.ts';
import { nestedConnection } from '../lists/connection.ts';
import { listOfSite } from '../lists/list.ts';
import { raw } from '../lists/sql.ts';
import { siteDriftTable } from '../tables.ts';
import { connectionType } from './connection-type.ts';
import { Site } from './site.ts';
import { EntityEnum } from './sync-run.ts';

const DriftKindEnum = builder.enumType(DriftKind, {
  name: 'DriftKind',
  description:
    "How a site's records differ from the contract, the fields that its generation is known to give.",
  values: {
    UNKNOWN_FIELD: {
      description: 'Records have a field that the contract does not know; it is not mirrored.',
    },
    VANISHED: { description: 'No record of a whole list has a field that the contract promises.' },
    TYPE_CHANGED: { description: 'Most values of a field are of another JSON type than the contract says.' },
  },
});

const SiteDrift = builder.prismaNode('SiteDrift', {
  description:
    "A difference between a site's records and the contract, from the run that first saw it to the run that no longer does. It stops no sync.",
  nullable: true,
  id: { resolve: (drift) => String(drift.id) },
  findUnique: (key) => ({ id: readKey('SiteDrift', key, 'bigint')[0] }),
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site it was found on.',
      extensions: { columns: [] },
      resolve: (drift, _args, { loaders }) => loaders.site.load(drift.siteId),
    }),
    entity: t.expose('entity', { type: EntityEnum, description: 'The kind of record.' }),
    kind: t.expose('kind', { type: DriftKindEnum, description: 'What is different.' }),
    path: t.exposeString('path', {
      description:
        'The field, such as "price" or "items[].quantity". Names of the site\'s own are shortened to 100 characters.',
    }),
    expected: t.exposeString('expected', {
      nullable: true,
      description:
        'The JSON type that the contract knows: "text", "number", "boolean", "list" or "object". Null for an unknown field.',
    }),
    found: t.exposeString('found', {
      nullable: true,
      description: 'The JSON type that most values have; null where there is no value.',
    }),
    firstSeenAt: t.expose('firstSeenAt', { type: 'DateTime', description: 'When it was first seen.' }),
    resolvedAt: t.expose('resolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a run no longer saw it; null while it is open.',
    }),
  }),
});

const SiteDriftConnection = connectionType(SiteDrift, 'differences');

const driftOfSite = listOfSite('Site.drift', siteDriftTable, [{ field: 'id', type: 'bigint' }]);

builder.prismaObjectField('Site', 'drift', (t) =>
  t.connection(
    {
      type: SiteDrift,
      description:
        'How its records differ from the contract, oldest first; at most 50 open for each kind of record.',
      args: {
        includeResolved: t.arg.boolean({
          required: true,
          defaultValue: false,
          description: 'Also those that are over (`resolvedAt` is set).',
        }),
      },
      extensions: { columns: [] },
      resolve: (site, args, context, info) =>
        nestedConnection<SiteRow, SiteDriftRow>(
          context,
          info,
          driftOfSite,
          site,
          args,
          args.includeResolved ? [] : [raw('t.resolved_at IS NULL')],
        ),
    },
    SiteDriftConnection,
  ),
);
