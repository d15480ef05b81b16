import { ScanVerdict } from '../../db/generated/prisma/enums.ts';
import { PASSES_AT_MOST } from '../../sync/sync-list.ts';
import { builder } from '../builder.ts';
import { loadOfEntityRun } from '../load-of-entity-run.ts';

const ScanVerdictEnum = builder.enumType(ScanVerdict, {
  name: 'ScanVerdict',
  description: 'What one reading of a list is worth as a proof that a row is gone.',
  values: {
    INCOMPLETE: { description: 'Not read to its end: it proves nothing.' },
    COMPLETE: { description: 'No row that was in the list all the time can have been missed.' },
    CHANGED: {
      description: 'Rows changed places, or so many went while it was read that a row may have been missed.',
    },
    UNNAMED: {
      description: 'It met rows without a sound id: any row that is missing may be one of them.',
    },
    SHORT: { description: 'It met fewer rows than the site says it holds.' },
  },
});

const SyncScan = builder.prismaObject('SyncScan', {
  description:
    'The certificate of one reading of a list from its beginning to its end. A row is deleted only when two complete ones in a row did not meet it.',
  fields: (t) => ({
    pass: t.exposeInt('pass', { description: 'Which reading of its run it is, from 1.' }),
    verdict: t.expose('verdict', { type: ScanVerdictEnum, description: 'What it is worth.' }),
    pages: t.exposeInt('pages', { description: 'Answers read to their end.' }),
    offsets: t.exposeIntList('offsets', {
      description: 'The offsets asked for, in order; each page begins some rows before the end of the last.',
      extensions: { listSize: 100 },
    }),
    rows: t.exposeInt('rows', { description: 'Rows met, each counted once.' }),
    distinctIds: t.exposeInt('distinctIds', { description: 'Different ids among them.' }),
    missing: t.exposeInt('missing', {
      nullable: true,
      description: 'Rows of the mirror that it did not meet; null while it is under way.',
    }),
    totalBefore: t.exposeInt('totalBefore', {
      nullable: true,
      description: 'Rows the site said it held before; null where it did not say.',
    }),
    totalAfter: t.exposeInt('totalAfter', {
      nullable: true,
      description: 'Rows the site said it held after; null where nothing depended on it, or it did not say.',
    }),
    digest: t.exposeString('digest', {
      nullable: true,
      description: 'Of all ids in their order: two readings with the same have met the same list.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was read to its end; null while it is under way, or when it never was.',
    }),
  }),
});

builder.prismaObjectField('SyncEntityRun', 'scans', (t) =>
  t.field({
    type: [SyncScan],
    description: 'The certificates of its readings, in order; mostly one. None for statistics.',
    extensions: { columns: [], listSize: PASSES_AT_MOST },
    resolve: ({ runId, entity }, _args, { database, loaders }) =>
      loadOfEntityRun(loaders, 'SyncEntityRun.scans', { runId, entity }, (runIds) =>
        database.prisma.syncScan.findMany({ where: { runId: { in: runIds } }, orderBy: { pass: 'asc' } }),
      ),
  }),
);
