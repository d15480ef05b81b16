import { RunEndedError } from '../../sync/cancel-sync.ts';
import { RunNotFoundError } from '../../sync/follow-progress.ts';
import { builder } from '../builder.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { SyncRun } from './sync-run.ts';

const CancelSyncInput = builder.inputType('CancelSyncInput', {
  description: 'What to call off.',
  fields: (t) => ({
    runId: t.id({ required: true, description: 'The `id` of the run, as `syncSite` answers it.' }),
  }),
});

const CancelSyncPayload = builder.objectRef<{ runId: string }>('CancelSyncPayload').implement({
  description: 'The run was called off: it can only end CANCELLED.',
  fields: (t) => ({
    run: t.prismaField({
      type: SyncRun,
      description:
        'The run. It has ended, unless its worker was killed: then it ends when another takes it up.',
      resolve: (query, { runId }, _args, { database }) =>
        database.prisma.syncRun.findUniqueOrThrow({ ...query, where: { id: runId } }),
    }),
  }),
});

builder.mutationField('cancelSync', (t) =>
  t.field({
    type: CancelSyncPayload,
    description:
      'Calls a run off, whichever process works on it. What it has written stays; of what it had not read whole, nothing is deleted. Twice is the same as once.',
    args: { input: t.arg({ type: CancelSyncInput, required: true, description: 'What to call off.' }) },
    errors: {
      types: [RunNotFoundError, RunEndedError],
      union: { name: 'CancelSyncResult', description: 'The run that was called off, or why it was not.' },
    },
    resolve: async (_root, { input }, context) => {
      const [runId] = readId('SyncRun', input.runId, 'uuid');
      await context.services.cancelSync(runId);
      context.loaders = createLoaders(context.database);
      return { runId };
    },
  }),
);
