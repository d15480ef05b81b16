import type { EntityProgress, SyncProgress as SyncProgressState } from '../../sync/progress.ts';
import { builder } from '../builder.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { untilReturned } from '../until-returned.ts';
import { Site } from './site.ts';
import { EntityCountersInterface, percentOfRun } from './sync-entity-run.ts';
import { RunStatusEnum, SyncRun } from './sync-run.ts';

const SyncEntityProgress = builder.objectRef<EntityProgress>('SyncEntityProgress').implement({
  description: 'How far a run has come with one entity.',
  interfaces: [EntityCountersInterface],
});

const SyncProgress = builder.objectRef<SyncProgressState>('SyncProgress').implement({
  description: 'A run as it stood at one moment.',
  fields: (t) => ({
    run: t.prismaField({
      type: SyncRun,
      description: 'The run, as it is stored now.',
      resolve: (query, { runId }, _args, { database }) =>
        database.prisma.syncRun.findUniqueOrThrow({ ...query, where: { id: runId } }),
    }),
    site: t.field({
      type: Site,
      description: 'The site it reads from.',
      resolve: ({ siteId }, _args, { loaders }) => loaders.site.load(siteId),
    }),
    version: t.exposeInt('version', { description: 'Grows with every change of the run.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'How the run stands.' }),
    percent: t.float({
      description:
        'How far the run has come, 0 to 100. Each entity counts the same, however many rows it has.',
      resolve: ({ entities }) => percentOfRun(entities),
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'The stable code of what ended the run early; null when nothing did.',
    }),
    errorMessage: t.exposeString('errorMessage', {
      nullable: true,
      description: 'What ended the run early, as a sentence; null when nothing did.',
    }),
    requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'When the run was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run began to read; null while it waits.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the run ended; null while it is under way.',
    }),
    entities: t.expose('entities', {
      type: [SyncEntityProgress],
      description: 'How far it has come with each entity.',
      extensions: { listSize: 7 },
    }),
  }),
});

builder.subscriptionField('syncProgress', (t) =>
  t.field({
    type: SyncProgress,
    description:
      'Follows a run: first how it stands now, then every change, then how it ended. Then the stream completes.',
    args: {
      runId: t.arg.id({ required: true, description: 'The `id` of the run, as `syncSite` answers it.' }),
    },
    subscribe: (_root, { runId }, { services, signal }) => {
      const [id] = readId('SyncRun', runId, 'uuid');
      return untilReturned(signal, (ended) => services.followProgress(id, ended));
    },
    resolve: (state, _args, context) => {
      // Each event is an answer of its own: nothing that was read for the one before may be shown again.
      context.loaders = createLoaders(context.database);
      return state;
    },
  }),
);
