import type { EntityProgress, SyncProgress as SyncProgressState } from '../../sync/reduce-progress.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { untilReturned } from '../until-returned.ts';
import { Site } from './site.ts';
import { EntityCountersInterface, percentOfRun } from './sync-entity-run.ts';
import { RunStatusEnum, SyncRun } from './sync-run.ts';

const SyncEntityProgress = builder.objectRef<EntityProgress>('SyncEntityProgress').implement({
  description: 'How far a run has come with one entity.',
  interfaces: [EntityCountersInterface],
  fields: (t) => ({
    rowsPerSecond: t.exposeFloat('rowsPerSecond', {
      nullable: true,
      description:
        'Rows that come in a second: of the last seconds while it runs, of the whole time once it has ended. Null while that cannot be told.',
    }),
    secondsLeft: t.exposeInt('secondsLeft', {
      nullable: true,
      description:
        'How long it will still take at the present rate; 0 once it has ended. Null while that cannot be told: the site does not say how many rows it holds, or none has come.',
    }),
  }),
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
    sequence: t.exposeInt('sequence', {
      description:
        'The number of the newest event in it, 1 when the run was asked for. Follow on from here with `after`.',
    }),
    status: t.expose('status', { type: RunStatusEnum, description: 'How the run stands.' }),
    percent: t.float({
      description:
        'How far the run has come, 0 to 100. Each entity counts the same, however many rows it has.',
      resolve: ({ entities }) => percentOfRun(entities),
    }),
    rowsPerSecond: t.exposeFloat('rowsPerSecond', {
      nullable: true,
      description:
        'Rows of all entities that come in a second: of the last seconds while it runs, of the whole time once it has ended. Null while that cannot be told.',
    }),
    secondsLeft: t.exposeInt('secondsLeft', {
      nullable: true,
      description:
        'How long the rows that have not come will still take at the present rate; 0 once it has ended. Entities of which the site gives no total are left out. Null while that cannot be told.',
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

/** Each event is an answer of its own: nothing that was read for the one before may be shown again. */
const answer = (state: SyncProgressState, _args: object, context: Context) => {
  context.loaders = createLoaders(context.database);
  return state;
};

builder.subscriptionFields((t) => ({
  syncProgress: t.field({
    type: SyncProgress,
    description:
      'Follows a run: how it stands now, then how it stands after each change, then how it ended. Then the stream completes. Who reads slowly, or is one of very many, misses states between, never the end.',
    args: {
      runId: t.arg.id({ required: true, description: 'The `id` of the run, as `syncSite` answers it.' }),
      after: t.arg.int({
        description:
          'The `sequence` of a state that is known already, 0 for none: what came after it is replayed first, a state for each event.',
      }),
    },
    subscribe: (_root, { runId, after }, { services, signal }) => {
      const [id] = readId('SyncRun', runId, 'uuid');
      return untilReturned(signal, (ended) => services.followProgress(id, ended, after ?? null));
    },
    resolve: answer,
  }),
  syncActivity: t.field({
    type: SyncProgress,
    description:
      'Follows all runs: how each that is under way stands now, then any run as it changes, the one that is asked for next too. Does not end. Who reads slowly misses states between, never the newest of a run.',
    subscribe: (_root, _args, { services, signal }) =>
      untilReturned(signal, (ended) => services.followActivity(ended), { mayBeQuiet: true }),
    resolve: answer,
  }),
}));
