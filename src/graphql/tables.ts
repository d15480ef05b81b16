import { Prisma } from '../db/generated/prisma/client.ts';
import type { Table } from './lists/table.ts';

const bySourceId = ['siteId', 'sourceId'] as const;

/** The sealed key of a site is the one column that the API never reads. */
export const siteTable: Table = {
  name: 'site',
  fields: Object.keys(Prisma.SiteScalarFieldEnum).filter((field) => field !== 'sealedKey'),
  keys: ['id'],
};

export const paintingTable: Table = {
  name: 'painting',
  entity: 'PAINTINGS',
  fields: Object.keys(Prisma.PaintingScalarFieldEnum),
  keys: bySourceId,
};

export const userTable: Table = {
  name: 'user',
  entity: 'USERS',
  fields: Object.keys(Prisma.UserScalarFieldEnum),
  keys: bySourceId,
};

export const orderTable: Table = {
  name: 'order',
  entity: 'ORDERS',
  fields: Object.keys(Prisma.OrderScalarFieldEnum),
  keys: bySourceId,
};

export const orderItemTable: Table = {
  name: 'order_item',
  entity: 'ORDERS',
  fields: Object.keys(Prisma.OrderItemScalarFieldEnum),
  keys: ['siteId', 'orderSourceId', 'position'],
};

export const exhibitionTable: Table = {
  name: 'exhibition',
  entity: 'EXHIBITIONS',
  fields: Object.keys(Prisma.ExhibitionScalarFieldEnum),
  keys: bySourceId,
};

export const customRequestTable: Table = {
  name: 'custom_request',
  entity: 'CUSTOM_REQUESTS',
  fields: Object.keys(Prisma.CustomRequestScalarFieldEnum),
  keys: bySourceId,
};

export const settingTable: Table = {
  name: 'site_setting',
  entity: 'SETTINGS',
  fields: Object.keys(Prisma.SiteSettingScalarFieldEnum),
  keys: ['siteId', 'key'],
};

export const syncRunTable: Table = {
  name: 'sync_run',
  fields: Object.keys(Prisma.SyncRunScalarFieldEnum),
  keys: ['id', 'siteId'],
  casts: { entities: 'text[]' },
};

export const syncIssueTable: Table = {
  name: 'sync_issue',
  fields: Object.keys(Prisma.SyncIssueScalarFieldEnum),
  keys: ['id', 'siteId'],
};

export const siteDriftTable: Table = {
  name: 'site_drift',
  fields: Object.keys(Prisma.SiteDriftScalarFieldEnum),
  keys: ['id', 'siteId'],
};

export const syncLogTable: Table = {
  name: 'sync_log_entry',
  fields: Object.keys(Prisma.SyncLogEntryScalarFieldEnum),
  keys: ['id'],
};

export const deletionHoldTable: Table = {
  name: 'deletion_hold',
  fields: Object.keys(Prisma.DeletionHoldScalarFieldEnum),
  keys: ['id', 'siteId', 'entity'],
};

export const deletionHoldRowTable: Table = {
  name: 'deletion_hold_row',
  fields: Object.keys(Prisma.DeletionHoldRowScalarFieldEnum),
  keys: ['holdId', 'record'],
};
