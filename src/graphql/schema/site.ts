import type { Site as SiteRow } from '../../db/generated/prisma/client.ts';
import { Generation, SiteStatus } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readId, readKey } from '../global-ids.ts';
import { rootConnection } from '../lists/connection.ts';
import type { List } from '../lists/list.ts';
import { sql } from '../lists/sql.ts';
import { siteTable } from '../tables.ts';
import { connectionType } from './connection-type.ts';

const GenerationEnum = builder.enumType(Generation, {
  name: 'Generation',
  description: 'The two ways in which template sites answer.',
  values: {
    V1: { description: 'The older template.' },
    V2: { description: 'The newer template.' },
  },
});

const SiteStatusEnum = builder.enumType(SiteStatus, {
  name: 'SiteStatus',
  description: 'How the last sync of a site went.',
  values: {
    NEW: { description: 'Never synced.' },
    HEALTHY: { description: 'The last run brought everything.' },
    DEGRADED: { description: 'The last run brought a part.' },
    UNREACHABLE: { description: 'The last run brought nothing.' },
    KEY_REFUSED: { description: 'The site refuses its key.' },
  },
});

export const Site = builder.prismaNode('Site', {
  description: 'A gallery site that is mirrored here.',
  nullable: true,
  id: { resolve: (site) => String(site.id) },
  findUnique: (key) => ({ id: readKey('Site', key, 'int')[0] }),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name it was added under.' }),
    url: t.exposeString('url', { description: 'Where the site is.' }),
    generation: t.expose('generation', {
      type: GenerationEnum,
      nullable: true,
      description: 'Which template the site runs, told by its answers; null until the first sync.',
    }),
    status: t.expose('status', { type: SiteStatusEnum, description: 'How the last sync went.' }),
    currency: t.exposeString('currency', {
      description: 'The currency of its prices, three letters of ISO 4217. Sites do not say: EUR unless set.',
    }),
    timeZone: t.exposeString('timeZone', {
      description: 'The time zone in which its days begin, such as "Europe/Paris".',
    }),
    deletionHoldPercent: t.exposeInt('deletionHoldPercent', {
      description:
        'The share of an entity, 0 to 100, that a sync may delete by itself; what goes beyond waits for a person. 20 unless set.',
    }),
    addedAt: t.expose('addedAt', { type: 'DateTime', description: 'When it was added.' }),
    syncedAt: t.expose('syncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last run that brought everything ended: how fresh the mirror is. Null: never.',
    }),
  }),
});

const SiteConnection = connectionType(Site, 'sites');

const sites: List = { kind: 'sites', table: siteTable, order: [{ field: 'id', type: 'int' }] };

builder.queryFields((t) => ({
  site: t.prismaField({
    type: Site,
    nullable: true,
    description: 'One site; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Its id, such as "Site:1".' }) },
    extensions: {
      sql: ({ id }) => ({
        kind: 'row',
        table: siteTable,
        keys: [],
        rows: sql`t.id = ${readId('Site', id, 'int')[0]}::int`,
      }),
    },
    resolve: (query, _root, { id }, { database }) =>
      database.prisma.site.findUnique({ ...query, where: { id: readId('Site', id, 'int')[0] } }),
  }),
  sites: t.connection(
    {
      type: Site,
      description: 'All sites, in the order they were added.',
      extensions: { sql: (args) => ({ kind: 'list', list: sites, args, conditions: [] }) },
      resolve: (_root, args, context, info) => rootConnection<SiteRow>(context, info, sites, args, []),
    },
    SiteConnection,
  ),
}));
