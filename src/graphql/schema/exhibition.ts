import type { Exhibition as ExhibitionRow } from '../../db/generated/prisma/client.ts';
import { builder } from '../builder.ts';
import { recordSql } from './row-sql.ts';
import { readId, readKey } from '../global-ids.ts';
import { exhibitionTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import { dateField, siteField, textField } from './filter-inputs.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { recordList } from './record-list.ts';

const Exhibition = builder.prismaNode('Exhibition', {
  description: 'An exhibition that a site announces.',
  interfaces: [MirroredRecord],
  nullable: true,
  id: { resolve: (exhibition) => `${exhibition.siteId}:${exhibition.sourceId}` },
  findUnique: (key) => {
    const [siteId, sourceId] = readKey('Exhibition', key, 'int', 'bigint');
    return { siteId_sourceId: { siteId, sourceId } };
  },
  fields: (t) => ({
    title: t.exposeString('title', { description: 'Its title.' }),
    location: t.exposeString('location', { nullable: true, description: 'Where it is held.' }),
    date: t.expose('date', {
      type: 'Date',
      nullable: true,
      description: 'The day it is held; null where the site gives none that can be read.',
    }),
    dateSource: t.exposeString('dateSource', {
      nullable: true,
      description: 'The day in the words of the site; null where it gives none.',
    }),
    startTime: t.exposeString('startTime', {
      nullable: true,
      description: 'When it opens, in the words of the site.',
    }),
    endTime: t.exposeString('endTime', {
      nullable: true,
      description: 'When it closes, in the words of the site.',
    }),
    description: t.exposeString('description', { nullable: true, description: 'A text about it.' }),
    image: t.exposeString('image', { nullable: true, description: 'Its picture, as the site names it.' }),
    organizer: t.exposeString('organizer', { nullable: true, description: 'Who holds it.' }),
    entryPrice: t.exposeString('entryPrice', {
      nullable: true,
      description: 'What it costs to enter, in the words of the site.',
    }),
    contactInfo: t.exposeString('contactInfo', { nullable: true, description: 'Whom to ask.' }),
    venueDetails: t.exposeString('venueDetails', {
      nullable: true,
      description: 'More about the place, in the words of the site.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the site recorded it; null where the site does not say.',
    }),
  }),
});

const ExhibitionConnection = mirroredConnectionType(Exhibition, 'exhibitions');

const exhibitions = recordList<ExhibitionRow>({
  name: 'Exhibition',
  rows: 'exhibitions',
  table: exhibitionTable,
  filters: {
    site: siteField,
    date: dateField('date', 'The day it is held.'),
    location: textField('location', exhibitionTable, 'Where it is held.'),
  },
  sortings: {
    DATE: { field: 'date', type: 'date', whenNull: 'infinity', description: 'The day they are held.' },
  },
  usual: { field: 'ID', direction: 'ASC' },
  searched: {
    fields: ['title', 'location'],
    description: 'Only exhibitions in whose title or place each of these words, or its stem, begins a word.',
  },
});

builder.queryFields((t) => ({
  exhibition: t.prismaField({
    type: Exhibition,
    nullable: true,
    description: 'One exhibition, also when it is gone from its site; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Its id, such as "Exhibition:1:42".' }) },
    extensions: { sql: ({ id }) => recordSql('Exhibition', exhibitionTable, id) },
    resolve: (query, _root, { id }, { database }) => {
      const [siteId, sourceId] = readId('Exhibition', id, 'int', 'bigint');
      return database.prisma.exhibition.findUnique({
        ...query,
        where: { siteId_sourceId: { siteId, sourceId } },
      });
    },
  }),
  exhibitions: t.connection(
    {
      type: Exhibition,
      description: 'Exhibitions of all sites, by site and by their id there.',
      args: exhibitions.args(),
      extensions: { sql: exhibitions.rootSql },
      resolve: (_root, args, context, info) => exhibitions.root(context, info, args),
    },
    ExhibitionConnection,
  ),
}));

builder.prismaObjectField('Site', 'exhibitions', (t) =>
  t.connection(
    {
      type: Exhibition,
      description: 'Its exhibitions, by their id on the site.',
      args: exhibitions.args(),
      extensions: { columns: [], sql: exhibitions.ofSiteSql },
      resolve: (site, args, context, info) => exhibitions.ofSite(context, info, site, args),
    },
    ExhibitionConnection,
  ),
);
