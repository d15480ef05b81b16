import type { Entity, RunMode } from '../../db/generated/prisma/enums.ts';
import { SiteNotFoundError } from '../../registry/open-site.ts';
import { OtherModeUnderWayError } from '../../sync/request-sync.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { EntityEnum, RunModeEnum, SyncRun } from './sync-run.ts';

const waitField = {
  required: true,
  defaultValue: false,
  description: 'Whether to answer only when the run has ended. Otherwise the answer comes at once.',
} as const;

const SyncSiteInput = builder.inputType('SyncSiteInput', {
  description: 'What to sync.',
  fields: (t) => ({
    siteId: t.id({ required: true, description: 'The site, such as "Site:1".' }),
    mode: t.field({
      type: RunModeEnum,
      required: true,
      defaultValue: 'SYNC',
      description: 'Whether to do it, or only to say what would be done.',
    }),
    wait: t.boolean(waitField),
  }),
});

const SyncEntityInput = builder.inputType('SyncEntityInput', {
  description: 'What to sync.',
  fields: (t) => ({
    siteId: t.id({ required: true, description: 'The site, such as "Site:1".' }),
    entity: t.field({ type: EntityEnum, required: true, description: 'The one thing to bring.' }),
    wait: t.boolean(waitField),
  }),
});

interface RequestedRun {
  runId: string;
  joined: boolean;
}

const payloadType = (name: string) =>
  builder.objectRef<RequestedRun>(name).implement({
    description: 'The run that brings what was asked for.',
    fields: (t) => ({
      run: t.prismaField({
        type: SyncRun,
        description: 'The run. Follow it with the subscription `syncProgress`.',
        resolve: (query, { runId }, _args, { database }) =>
          database.prisma.syncRun.findUniqueOrThrow({ ...query, where: { id: runId } }),
      }),
      joined: t.exposeBoolean('joined', {
        description:
          'True when a run of this site was under way already: then this is that run, and it brings what was asked for now, too.',
      }),
    }),
  });

const SyncSitePayload = payloadType('SyncSitePayload');
const SyncEntityPayload = payloadType('SyncEntityPayload');

builder.mutationFields((t) => ({
  syncSite: t.field({
    type: SyncSitePayload,
    description:
      'Brings the mirror of a site up to date, everything it has; or says what that would do (`mode: DRY_RUN`).',
    args: { input: t.arg({ type: SyncSiteInput, required: true, description: 'What to sync.' }) },
    errors: {
      types: [SiteNotFoundError, OtherModeUnderWayError],
      union: { name: 'SyncSiteResult', description: 'The run, or why there is none.' },
    },
    resolve: (_root, { input }, context) => requestRun(context, input, null),
  }),
  syncEntity: t.field({
    type: SyncEntityPayload,
    description: 'Brings one part of the mirror of a site up to date, such as its orders.',
    args: { input: t.arg({ type: SyncEntityInput, required: true, description: 'What to sync.' }) },
    errors: {
      types: [SiteNotFoundError, OtherModeUnderWayError],
      union: { name: 'SyncEntityResult', description: 'The run, or why there is none.' },
    },
    resolve: (_root, { input }, context) => requestRun(context, input, [input.entity]),
  }),
}));

async function requestRun(
  context: Context,
  input: { siteId: string; mode?: RunMode; wait: boolean },
  entities: Entity[] | null,
): Promise<RequestedRun> {
  const [siteId] = readId('Site', input.siteId, 'int');
  const requested = await context.services.requestSync({ siteId, entities, mode: input.mode ?? 'SYNC' });
  if (input.wait) await untilEnded(context, requested.runId);
  context.loaders = createLoaders(context.database);
  return requested;
}

async function untilEnded({ services, signal }: Context, runId: string): Promise<void> {
  for await (const _state of services.followProgress(runId, signal)) {
    // The states are of no interest here: the stream ends when the run does.
  }
}
