import { z } from 'zod';

import { DifferenceKind } from '../../db/generated/prisma/enums.ts';
import { DIFFERENCES_SHOWN } from '../../sync/differences.ts';
import { builder } from '../builder.ts';
import { loadOfEntityRun } from '../load-of-entity-run.ts';

const DifferenceKindEnum = builder.enumType(DifferenceKind, {
  name: 'DifferenceKind',
  description: 'What a sync would do to a record.',
  values: {
    CREATE: { description: 'It is new on its site.' },
    UPDATE: { description: 'It has changed on its site.' },
    REJECT: { description: 'It would stay out of the mirror.' },
    DELETE: { description: 'It is proven gone from its site.' },
  },
});

const Field = z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() });

const FieldDifference = builder.objectRef<z.infer<typeof Field>>('FieldDifference').implement({
  description: 'A field that a sync would change, or that keeps its record out.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Its name, such as "price".' }),
    before: t.exposeString('before', {
      nullable: true,
      description:
        'Its value in the mirror, as text; null where there is none, and for the items of an order.',
    }),
    after: t.exposeString('after', {
      nullable: true,
      description: 'Its value on the site, as text; null where there is none, and for the items of an order.',
    }),
  }),
});

/** More fields than any record has. */
const FIELDS_AT_MOST = 30;
const KINDS = Object.keys(DifferenceKind).length;

const SyncDifference = builder.prismaObject('SyncDifference', {
  description: 'What a sync would do to one record.',
  fields: (t) => ({
    kind: t.expose('kind', { type: DifferenceKindEnum, description: 'What it would do.' }),
    record: t.exposeString('record', { description: "The record's id on its site; of a setting, its key." }),
    fields: t.field({
      type: [FieldDifference],
      description: 'Of an update, what would change; of a rejection, why; of others none.',
      extensions: { listSize: FIELDS_AT_MOST },
      resolve: ({ fields }) => z.array(Field).parse(fields),
    }),
  }),
});

builder.prismaObjectField('SyncEntityRun', 'differences', (t) =>
  t.field({
    type: [SyncDifference],
    description: `What a dry run found, the first ${DIFFERENCES_SHOWN} of each kind; the counters say how many there are. Of other runs none.`,
    extensions: { columns: [], listSize: DIFFERENCES_SHOWN * KINDS },
    resolve: ({ runId, entity }, _args, { database, loaders }) =>
      loadOfEntityRun(loaders, 'SyncEntityRun.differences', { runId, entity }, (runIds) =>
        database.prisma.syncDifference.findMany({
          where: { runId: { in: runIds } },
          orderBy: [{ kind: 'asc' }, { record: 'asc' }],
        }),
      ),
  }),
);
