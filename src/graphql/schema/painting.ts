import type { Painting as PaintingRow } from '../../db/generated/prisma/client.ts';
import { PaintingStatus } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { moneySql, recordSql } from './row-sql.ts';
import { readId, readKey } from '../global-ids.ts';
import { raw } from '../lists/sql.ts';
import type { JsonSql } from '../plans/field-sql.ts';
import { paintingTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import { decimalField, enumField, enumFilter, intField, siteField, textField } from './filter-inputs.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { Money, siteMoney } from './money.ts';
import { recordList } from './record-list.ts';

const PaintingStatusEnum = builder.enumType(PaintingStatus, {
  name: 'PaintingStatus',
  description: 'Whether a painting can be bought.',
  values: {
    AVAILABLE: { description: 'For sale.' },
    SOLD: { description: 'Sold.' },
    RESERVED: { description: 'Kept for a customer.' },
    EXHIBITED: { description: 'On show, not for sale at the moment.' },
    UNKNOWN: { description: 'The site says something else: see `statusSource`.' },
  },
});

const imagesSql: JsonSql = {
  kind: 'json',
  json: raw('to_json(array_remove(ARRAY[t.image, t.image_2, t.image_3, t.image_4], NULL))::text'),
};

export const Painting = builder.prismaNode('Painting', {
  description: 'A painting of a site.',
  interfaces: [MirroredRecord],
  nullable: true,
  id: { resolve: (painting) => `${painting.siteId}:${painting.sourceId}` },
  findUnique: (key) => {
    const [siteId, sourceId] = readKey('Painting', key, 'int', 'bigint');
    return { siteId_sourceId: { siteId, sourceId } };
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its title.' }),
    price: t.field({
      type: Money,
      description: 'Its price, in the currency of the site.',
      extensions: { columns: ['price'], sql: () => moneySql('price') },
      resolve: (painting, _args, context) => siteMoney(context, painting.siteId, painting.price),
    }),
    status: t.expose('status', { type: PaintingStatusEnum, description: 'Whether it can be bought.' }),
    statusSource: t.exposeString('statusSource', {
      nullable: true,
      description: 'The status in the words of the site; null where it gives none.',
    }),
    category: t.exposeString('category', {
      nullable: true,
      description: 'The category its site files it under.',
    }),
    technique: t.exposeString('technique', { nullable: true, description: 'How it was made.' }),
    year: t.exposeInt('year', {
      nullable: true,
      description: 'The year it was made; null where the site gives none that can be read.',
    }),
    yearSource: t.exposeString('yearSource', {
      nullable: true,
      description: 'The year in the words of the site, such as "c. 1999"; null where it gives none.',
    }),
    quantity: t.exposeInt('quantity', { description: 'How many are in stock.' }),
    images: t.field({
      type: ['String'],
      description: 'Its pictures as the site names them, at most four, the main one first.',
      extensions: { columns: ['image', 'image2', 'image3', 'image4'], sql: () => imagesSql },
      resolve: ({ image, image2, image3, image4 }) =>
        [image, image2, image3, image4].filter((name) => name !== null),
    }),
    displayOrder: t.exposeInt('displayOrder', { description: 'Its place on the site: high numbers first.' }),
    description: t.exposeString('description', { nullable: true, description: 'A short text about it.' }),
    descriptionLong: t.exposeString('descriptionLong', {
      nullable: true,
      description: 'A long text about it.',
    }),
    dimensions: t.exposeString('dimensions', {
      nullable: true,
      description: 'Its size, in the words of the site.',
    }),
    weight: t.exposeString('weight', {
      nullable: true,
      description: 'Its weight, in the words of the site.',
    }),
    framed: t.exposeBoolean('framed', {
      nullable: true,
      description: 'Whether it is framed; null where the site does not say.',
    }),
    certificate: t.exposeBoolean('certificate', {
      nullable: true,
      description: 'Whether it comes with a certificate; null where the site does not say.',
    }),
    uniquePiece: t.exposeBoolean('uniquePiece', {
      nullable: true,
      description: 'Whether there is only one; null where the site does not say.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the site recorded it; null where the site does not say.',
    }),
  }),
});

export const PaintingConnection = mirroredConnectionType(Painting, 'paintings');

const paintings = recordList<PaintingRow>({
  name: 'Painting',
  rows: 'paintings',
  table: paintingTable,
  filters: {
    site: siteField,
    status: enumField(
      enumFilter(PaintingStatusEnum),
      'status',
      'painting_status',
      'Whether it can be bought.',
    ),
    category: textField('category', paintingTable, 'The category its site files it under.'),
    technique: textField('technique', paintingTable, 'How it was made.'),
    price: decimalField('price', 'Its price, in the currency of its site.'),
    year: intField('year', 'The year it was made.'),
    quantity: intField('quantity', 'How many are in stock; {lte: 0} for what is sold out.'),
  },
  sortings: { PRICE: { field: 'price', type: 'numeric', description: 'Their price, as a number.' } },
  usual: { field: 'ID', direction: 'ASC' },
  searched: {
    fields: ['name', 'category'],
    description: 'Only paintings in whose name or category each of these words, or its stem, begins a word.',
  },
});

builder.queryFields((t) => ({
  painting: t.prismaField({
    type: Painting,
    nullable: true,
    description: 'One painting, also when it is gone from its site; null when there is none with this id.',
    args: { id: t.arg.id({ required: true, description: 'Its id, such as "Painting:1:42".' }) },
    extensions: { sql: ({ id }) => recordSql('Painting', paintingTable, id) },
    resolve: (query, _root, { id }, { database }) => {
      const [siteId, sourceId] = readId('Painting', id, 'int', 'bigint');
      return database.prisma.painting.findUnique({
        ...query,
        where: { siteId_sourceId: { siteId, sourceId } },
      });
    },
  }),
  paintings: t.connection(
    {
      type: Painting,
      description: 'Paintings of all sites, by site and by their id there.',
      args: paintings.args(),
      extensions: { sql: paintings.rootSql },
      resolve: (_root, args, context, info) => paintings.root(context, info, args),
    },
    PaintingConnection,
  ),
}));

builder.prismaObjectField('Site', 'paintings', (t) =>
  t.connection(
    {
      type: Painting,
      description: 'Its paintings, by their id on the site.',
      args: paintings.args(),
      extensions: { columns: [], sql: paintings.ofSiteSql },
      resolve: (site, args, context, info) => paintings.ofSite(context, info, site, args),
    },
    PaintingConnection,
  ),
);
