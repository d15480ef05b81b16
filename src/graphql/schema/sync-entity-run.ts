import DataLoader from 'dataloader';

import type { SyncEntityRun as SyncEntityRunRow } from '../../db/generated/prisma/client.ts';
import { Entity, EntityRunStatus } from '../../db/generated/prisma/enums.ts';
import type { EntityCounters } from '../../sync/reduce-progress.ts';
import { builder } from '../builder.ts';
import { badInput } from '../errors.ts';
import { readKey } from '../global-ids.ts';
import { EntityEnum } from './sync-run.ts';

const EntityRunStatusEnum = builder.enumType(EntityRunStatus, {
  name: 'EntityRunStatus',
  description: 'How the part of a run that reads one entity stands.',
  values: {
    PENDING: { description: 'Waiting for its turn.' },
    RUNNING: { description: 'Reading from the site.' },
    SUCCEEDED: { description: 'Ended: everything was brought.' },
    FAILED: { description: 'Ended early: see the error.' },
    UNSUPPORTED: {
      description: 'Ended: the site answers 404, it does not have this entity. What was mirrored stays.',
    },
    CANCELLED: { description: 'Ended: called off.' },
  },
});

export const EntityCountersInterface = builder.interfaceRef<EntityCounters>('EntityCounters').implement({
  description:
    'What a run did with one entity. Every row received is created, updated, unchanged or rejected, but of rows that came twice on one page only the later counts.',
  fields: (t) => ({
    entity: t.expose('entity', { type: EntityEnum, description: 'Which entity.' }),
    status: t.expose('status', { type: EntityRunStatusEnum, description: 'How it stands.' }),
    expected: t.exposeInt('expected', {
      nullable: true,
      description: 'Rows the site says it holds; null where it does not say.',
    }),
    pages: t.exposeInt('pages', { description: 'Pages read.' }),
    received: t.exposeInt('received', { description: 'Rows that came.' }),
    created: t.exposeInt('created', { description: 'Rows that are new in the mirror.' }),
    updated: t.exposeInt('updated', { description: 'Rows that had changed.' }),
    unchanged: t.exposeInt('unchanged', { description: 'Rows that were the same as before.' }),
    rejected: t.exposeInt('rejected', { description: 'Rows that stayed out: see the issues.' }),
    normalised: t.exposeInt('normalised', {
      description: 'Rows that came in with a value put right: see the issues.',
    }),
    duplicates: t.exposeInt('duplicates', {
      description:
        'Rows whose id had come before in this run, such as rows that moved to a later page while the list was read.',
    }),
    tombstoned: t.exposeInt('tombstoned', {
      description: 'Rows of the mirror that are proven gone from the site, and were marked so.',
    }),
    held: t.exposeInt('held', {
      description:
        'Rows of the mirror that are proven gone, but are so many that a person has to confirm it: see `Site.deletionHolds`.',
    }),
    percent: t.float({
      nullable: true,
      description: 'How much of the expected rows has come, 0 to 100; null while that is not known.',
      resolve: percentOf,
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'The stable code of what ended it early; null when nothing did.',
    }),
    errorMessage: t.exposeString('errorMessage', {
      nullable: true,
      description: 'What ended it early, as a sentence; null when nothing did.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it began; null while it waits.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it is under way.',
    }),
  }),
});

/** Rows received of rows expected, to a tenth of a percent; null until the site has said how many to expect. */
function percentOf({ status, expected, received }: EntityCounters): number | null {
  if (status === 'SUCCEEDED' || expected === 0) return 100;
  return expected === null ? null : Math.round((Math.min(received, expected) / expected) * 1000) / 10;
}

/** Never falls: an entity whose rows are not known yet counts as not begun, one that failed as done. */
export function percentOfRun(entities: readonly EntityCounters[]): number {
  const done = entities.map((entity) => (entity.endedAt === null ? (percentOf(entity) ?? 0) : 100));
  const sum = done.reduce((total, percent) => total + percent, 0);
  return entities.length === 0 ? 0 : Math.round((sum / entities.length) * 10) / 10;
}

const SyncEntityRun = builder.prismaNode('SyncEntityRun', {
  description: 'The part of a run that reads one entity.',
  interfaces: [EntityCountersInterface],
  nullable: true,
  id: { resolve: (entityRun) => `${entityRun.runId}:${entityRun.entity}` },
  findUnique: (key) => {
    const [runId, name] = readKey('SyncEntityRun', key, 'uuid', 'text');
    const entity = Object.values(Entity).find((known) => known === name);
    if (entity === undefined)
      throw badInput(`Expected the id of a SyncEntityRun, got "${name.slice(0, 50)}".`);
    return { runId_entity: { runId, entity } };
  },
});

builder.prismaObjectField('SyncRun', 'entityRuns', (t) =>
  t.field({
    type: [SyncEntityRun],
    description: 'One for each entity it was asked to bring, in the order they are read; at most seven.',
    extensions: { columns: [], listSize: 7 },
    resolve: (run, _args, { database, loaders }) =>
      loaders
        .batch(
          'SyncRun.entityRuns',
          () =>
            new DataLoader<string, SyncEntityRunRow[]>(async (runIds) => {
              const rows = await database.prisma.syncEntityRun.findMany({
                where: { runId: { in: [...runIds] } },
                orderBy: { entity: 'asc' },
              });
              const byRun = Map.groupBy(rows, (row) => row.runId);
              return runIds.map((runId) => byRun.get(runId) ?? []);
            }),
        )
        .load(run.id),
  }),
);
