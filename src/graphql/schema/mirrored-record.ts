import { builder } from '../builder.ts';
import type { MirroredRow } from '../loaders.ts';
import { raw } from '../lists/sql.ts';
import type { RowSql } from '../plans/field-sql.ts';
import { siteTable } from '../tables.ts';
import { Site } from './site.ts';

const siteOfRecord: RowSql = {
  kind: 'row',
  table: siteTable,
  keys: ['siteId'],
  rows: raw('t.id = parent.key0'),
};

/** What all mirrored records have in common. Types that implement it inherit the fields. */
export const MirroredRecord = builder.interfaceRef<MirroredRow>('MirroredRecord').implement({
  description: 'A record that was read from a site and is kept up to date here.',
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site it belongs to.',
      extensions: { columns: [], sql: () => siteOfRecord },
      resolve: (record, _args, { loaders }) => loaders.site.load(record.siteId),
    }),
    sourceId: t.expose('sourceId', {
      type: 'SafeInt',
      description: 'Its id on its own site. Another site may use the same one.',
    }),
    firstSeenAt: t.expose('firstSeenAt', {
      type: 'DateTime',
      description: 'When it first came into the mirror.',
    }),
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      description: 'When the content shown here was asked of the site.',
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was proven gone from its site; null while it is there.',
    }),
  }),
});
