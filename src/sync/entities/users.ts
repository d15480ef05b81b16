import { upsertStatement } from '../../db/bulk.ts';
import { userFields, validateUser, type UserRecord } from '../../template/contract/user.ts';
import type { EntitySync } from '../entity-sync.ts';
import { syncList } from '../sync-list.ts';
import { recordTable } from '../tombstone.ts';

/** How its rows are written, by whoever reads one. */
export const statement = upsertStatement<UserRecord>(
  'user',
  [{ name: 'source_id', type: 'bigint', of: (user) => user.sourceId }],
  [
    { name: 'name', type: 'text', of: (user) => user.name },
    { name: 'email', type: 'text', of: (user) => user.email },
    { name: 'role', type: 'user_role', of: (user) => user.role },
    { name: 'role_source', type: 'text', of: (user) => user.roleSource },
    { name: 'phone', type: 'text', of: (user) => user.phone },
    { name: 'address', type: 'text', of: (user) => user.address },
    { name: 'city', type: 'text', of: (user) => user.city },
    { name: 'postal_code', type: 'text', of: (user) => user.postalCode },
    { name: 'country', type: 'text', of: (user) => user.country },
    { name: 'birth_date', type: 'text', of: (user) => user.birthDate },
    { name: 'accepts_marketing', type: 'boolean', of: (user) => user.acceptsMarketing },
    { name: 'created_at', type: 'timestamptz', of: (user) => user.createdAt },
  ],
);

export const users: EntitySync = {
  entity: 'USERS',
  table: recordTable(statement.table),
  expected: (stats) => stats.users,
  sync: (context) =>
    syncList(context, {
      entity: 'USERS',
      paged: true,
      read: ({ template, site, signal }, window) => template.list(site, 'users', { ...window, signal }),
      validate: validateUser,
      fields: userFields,
      statement,
    }),
};
