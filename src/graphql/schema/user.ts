import type { User as UserRow } from '../../db/generated/prisma/client.ts';
import { UserRole } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { recordSql } from './row-sql.ts';
import { readId, readKey } from '../global-ids.ts';
import { exactText } from '../lists/field-filters.ts';
import { userTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import { codeField, enumField, enumFilter, siteField } from './filter-inputs.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { recordList } from './record-list.ts';

const UserRoleEnum = builder.enumType(UserRole, {
  name: 'UserRole',
  description: 'What a user may do on their site.',
  values: {
    ADMIN: { description: 'Runs the site.' },
    USER: { description: 'A customer.' },
    UNKNOWN: { description: 'The site says something else: see `roleSource`.' },
  },
});

export const User = builder.prismaNode('User', {
  description: 'A person with an account on a site.',
  interfaces: [MirroredRecord],
  nullable: true,
  id: { resolve: (user) => `${user.siteId}:${user.sourceId}` },
  findUnique: (key) => {
    const [siteId, sourceId] = readKey('User', key, 'int', 'bigint');
    return { siteId_sourceId: { siteId, sourceId } };
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Their name.' }),
    email: t.exposeString('email', { nullable: true, description: 'Their e-mail address.' }),
    role: t.expose('role', {
      type: UserRoleEnum,
      nullable: true,
      description: 'What they may do on the site; null where the site gives no role.',
    }),
    roleSource: t.exposeString('roleSource', {
      nullable: true,
      description: 'The role in the words of the site; null where it gives none.',
    }),
    phone: t.exposeString('phone', { nullable: true, description: 'Their telephone number.' }),
    address: t.exposeString('address', { nullable: true, description: 'Street and number.' }),
    city: t.exposeString('city', { nullable: true, description: 'Town.' }),
    postalCode: t.exposeString('postalCode', { nullable: true, description: 'Postal code.' }),
    country: t.exposeString('country', { nullable: true, description: 'Country, in the words of the site.' }),
    birthDate: t.exposeString('birthDate', {
      nullable: true,
      description: 'Date of birth, in the words of the site.',
    }),
    acceptsMarketing: t.exposeBoolean('acceptsMarketing', {
      nullable: true,
      description: 'Whether they want to be written to; null where the site does not say.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the account was made; null where the site does not say.',
    }),
  }),
});

const UserConnection = mirroredConnectionType(User, 'users');

const users = recordList<UserRow>({
  name: 'User',
  rows: 'users',
  table: userTable,
  filters: {
    site: siteField,
    role: enumField(enumFilter(UserRoleEnum), 'role', 'user_role', 'What they may do on the site.'),
    email: codeField(exactText('email'), 'Their e-mail address.'),
  },
  sortings: {},
  usual: { field: 'ID', direction: 'ASC' },
  searched: {
    fields: ['name', 'email'],
    description:
      'Only users in whose name or e-mail address each of these words, or its stem, begins a word.',
  },
});

builder.queryFields((t) => ({
  user: t.prismaField({
    type: User,
    nullable: true,
    description: 'One user, also when they are gone from their site; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Their id, such as "User:1:42".' }) },
    extensions: { sql: ({ id }) => recordSql('User', userTable, id) },
    resolve: (query, _root, { id }, { database }) => {
      const [siteId, sourceId] = readId('User', id, 'int', 'bigint');
      return database.prisma.user.findUnique({ ...query, where: { siteId_sourceId: { siteId, sourceId } } });
    },
  }),
  users: t.connection(
    {
      type: User,
      description: 'Users of all sites, by site and by their id there.',
      args: users.args(),
      extensions: { sql: users.rootSql },
      resolve: (_root, args, context, info) => users.root(context, info, args),
    },
    UserConnection,
  ),
}));

builder.prismaObjectField('Site', 'users', (t) =>
  t.connection(
    {
      type: User,
      description: 'Its users, by their id on the site.',
      args: users.args(),
      extensions: { columns: [], sql: users.ofSiteSql },
      resolve: (site, args, context, info) => users.ofSite(context, info, site, args),
    },
    UserConnection,
  ),
);
