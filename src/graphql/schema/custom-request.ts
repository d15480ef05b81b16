import type { CustomRequest as CustomRequestRow } from '../../db/generated/prisma/client.ts';
import { CustomRequestStatus } from '../../db/generated/prisma/enums.ts';
import { builder } from '../builder.ts';
import { readKey } from '../global-ids.ts';
import { customRequestTable } from '../tables.ts';
import { mirroredConnectionType } from './mirrored-connection-type.ts';
import { enumField, enumFilter, siteField } from './filter-inputs.ts';
import { MirroredRecord } from './mirrored-record.ts';
import { recordList } from './record-list.ts';

const CustomRequestStatusEnum = builder.enumType(CustomRequestStatus, {
  name: 'CustomRequestStatus',
  description: 'How far the gallery has come with a request.',
  values: {
    PENDING: { description: 'Waiting for an answer.' },
    UNKNOWN: { description: 'The site says something else: see `statusSource`.' },
  },
});

const CustomRequest = builder.prismaNode('CustomRequest', {
  description: 'A wish for a work made to order.',
  interfaces: [MirroredRecord],
  nullable: true,
  id: { resolve: (request) => `${request.siteId}:${request.sourceId}` },
  findUnique: (key) => {
    const [siteId, sourceId] = readKey('CustomRequest', key, 'int', 'bigint');
    return { siteId_sourceId: { siteId, sourceId } };
  },
  fields: (t) => ({
    clientName: t.exposeString('clientName', { description: 'Who asks.' }),
    clientEmail: t.exposeString('clientEmail', { nullable: true, description: 'Their e-mail address.' }),
    clientPhone: t.exposeString('clientPhone', { nullable: true, description: 'Their telephone number.' }),
    description: t.exposeString('description', { nullable: true, description: 'What they wish for.' }),
    projectType: t.exposeString('projectType', {
      nullable: true,
      description: 'The kind of work, in the words of the site.',
    }),
    budget: t.exposeString('budget', {
      nullable: true,
      description: 'What they want to spend, in their own words.',
    }),
    dimensions: t.exposeString('dimensions', {
      nullable: true,
      description: 'The size they want, in their own words.',
    }),
    deadline: t.exposeString('deadline', { nullable: true, description: 'By when, in their own words.' }),
    referenceImages: t.exposeString('referenceImages', {
      nullable: true,
      description: 'Pictures they sent along, as the site names them.',
    }),
    adminNotes: t.exposeString('adminNotes', { nullable: true, description: 'Notes of the gallery.' }),
    status: t.expose('status', {
      type: CustomRequestStatusEnum,
      description: 'How far the gallery has come with it.',
    }),
    statusSource: t.exposeString('statusSource', {
      nullable: true,
      description: 'The status in the words of the site; null where it gives none.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was made; null where the site does not say.',
    }),
  }),
});

const CustomRequestConnection = mirroredConnectionType(CustomRequest, 'custom requests');

const customRequests = recordList<CustomRequestRow>({
  name: 'CustomRequest',
  rows: 'custom requests',
  table: customRequestTable,
  filters: {
    site: siteField,
    status: enumField(
      enumFilter(CustomRequestStatusEnum),
      'status',
      'custom_request_status',
      'How far the gallery has come with it.',
    ),
  },
  sortings: {},
  usual: { field: 'ID', direction: 'ASC' },
  searched: {
    fields: ['clientName', 'clientEmail'],
    description:
      'Only requests in whose client name or e-mail address each of these words, or its stem, begins a word.',
  },
});

builder.queryField('customRequests', (t) =>
  t.connection(
    {
      type: CustomRequest,
      description: 'Wishes for works made to order, of all sites, by site and by their id there.',
      args: customRequests.args(),
      extensions: { sql: customRequests.rootSql },
      resolve: (_root, args, context, info) => customRequests.root(context, info, args),
    },
    CustomRequestConnection,
  ),
);

builder.prismaObjectField('Site', 'customRequests', (t) =>
  t.connection(
    {
      type: CustomRequest,
      description: 'Its wishes for works made to order, by their id on the site.',
      args: customRequests.args(),
      extensions: { columns: [], sql: customRequests.ofSiteSql },
      resolve: (site, args, context, info) => customRequests.ofSite(context, info, site, args),
    },
    CustomRequestConnection,
  ),
);
