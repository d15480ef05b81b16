import type { Site as SiteRow, SiteSetting as SiteSettingRow } from '../../db/generated/prisma/client.ts';
import { builder } from '../builder.ts';
import { readKey } from '../global-ids.ts';
import { unlessDeleted } from '../lists/conditions.ts';
import { nestedConnection, rootConnection } from '../lists/connection.ts';
import { comparing } from '../lists/field-filters.ts';
import { type List, listOfSite } from '../lists/list.ts';
import { sitesOfFilter } from '../lists/sites-of-filter.ts';
import { settingTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import { codeField, listFilter, siteField, whereArg } from './filter-inputs.ts';
import { includeDeletedArg } from './list-arguments.ts';
import { Site } from './site.ts';

const SiteSetting = builder.prismaNode('SiteSetting', {
  description: 'One setting of a site. Of a secret one, only whether it is set is known here.',
  nullable: true,
  id: { resolve: (setting) => `${setting.siteId}:${setting.key}` },
  findUnique: (key) => {
    const [siteId, name] = readKey('SiteSetting', key, 'int', 'text');
    return { siteId_key: { siteId, key: name } };
  },
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site it belongs to.',
      extensions: { columns: [] },
      resolve: (setting, _args, { loaders }) => loaders.site.load(setting.siteId),
    }),
    key: t.exposeString('key', { description: 'Its name on the site.' }),
    value: t.string({
      nullable: true,
      description: 'Its value; always null for a secret.',
      extensions: { columns: ['value', 'secret'] },
      // The mirror stores no secret; should one ever come in, it does not go out here.
      resolve: (setting) => (setting.secret ? null : setting.value),
    }),
    secret: t.exposeBoolean('secret', {
      description: 'Whether it is a secret, such as a key or a password.',
    }),
    isSet: t.exposeBoolean('isSet', { description: 'Whether the site has a value for it.' }),
    firstSeenAt: t.expose('firstSeenAt', {
      type: 'DateTime',
      description: 'When it first came into the mirror.',
    }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      description: 'When the value shown here was asked of the site.',
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was proven gone from its site; null while it is there.',
    }),
  }),
});

const SiteSettingConnection = mirroredConnectionType(SiteSetting, 'settings');

const filter = listFilter('SiteSetting', 'settings', {
  site: siteField,
  key: codeField(comparing('key', 'text'), 'Its name on the site.'),
});

const settings: List = {
  kind: 'settings',
  table: settingTable,
  order: [
    { field: 'siteId', type: 'int' },
    { field: 'key', type: 'text' },
  ],
};

const settingsOfSite = listOfSite('Site.settings', settingTable, [{ field: 'key', type: 'text' }]);

builder.queryField('settings', (t) =>
  t.connection(
    {
      type: SiteSetting,
      description: 'Settings of all sites, by site and name.',
      args: { ...whereArg(filter, 'settings'), ...includeDeletedArg() },
      resolve: (_root, args, context, info) =>
        rootConnection<SiteSettingRow>(
          context,
          info,
          settings,
          args,
          [...filter.conditions(args.where), ...unlessDeleted(args.includeDeleted)],
          sitesOfFilter(args.where),
        ),
    },
    SiteSettingConnection,
  ),
);

builder.prismaObjectField('Site', 'settings', (t) =>
  t.connection(
    {
      type: SiteSetting,
      description: 'Its settings, by name.',
      args: { ...whereArg(filter, 'settings'), ...includeDeletedArg() },
      extensions: { columns: [] },
      resolve: (site, args, context, info) =>
        nestedConnection<SiteRow, SiteSettingRow>(context, info, settingsOfSite, site, args, [
          ...filter.conditions(args.where),
          ...unlessDeleted(args.includeDeleted),
        ]),
    },
    SiteSettingConnection,
  ),
);
