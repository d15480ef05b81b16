import { HoldDecidedError, HoldNotFoundError, SyncUnderWayError } from '../../sync/decide-hold.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { DeletionHold } from './deletion-hold.ts';

const inputType = (name: string) =>
  builder.inputType(name, {
    description: 'What to decide on.',
    fields: (t) => ({
      holdId: t.id({ required: true, description: 'The `id` of the hold, as `deletionHolds` lists it.' }),
    }),
  });

const payloadType = (name: string) =>
  builder.objectRef<{ holdId: number }>(name).implement({
    description: 'It was decided.',
    fields: (t) => ({
      hold: t.prismaField({
        type: DeletionHold,
        description: 'The hold, which is over.',
        resolve: (query, { holdId }, _args, { database }) =>
          database.prisma.deletionHold.findUniqueOrThrow({ ...query, where: { id: holdId } }),
      }),
    }),
  });

const expected = [HoldNotFoundError, HoldDecidedError, SyncUnderWayError];

async function decide(context: Context, id: string, decision: (holdId: number) => Promise<unknown>) {
  const [holdId] = readId('DeletionHold', id, 'int');
  await decision(holdId);
  context.loaders = createLoaders(context.database);
  return { holdId };
}

const ConfirmDeletionsInput = inputType('ConfirmDeletionsInput');
const ConfirmDeletionsPayload = payloadType('ConfirmDeletionsPayload');
const DiscardDeletionsInput = inputType('DiscardDeletionsInput');
const DiscardDeletionsPayload = payloadType('DiscardDeletionsPayload');

builder.mutationFields((t) => ({
  confirmDeletions: t.field({
    type: ConfirmDeletionsPayload,
    description:
      'Deletes the rows of a hold from the mirror, but for those that were seen again since. They come back when their site has them again.',
    args: {
      input: t.arg({ type: ConfirmDeletionsInput, required: true, description: 'What to decide on.' }),
    },
    errors: {
      types: expected,
      union: { name: 'ConfirmDeletionsResult', description: 'The hold, or why nothing was decided.' },
    },
    resolve: (_root, { input }, context) =>
      decide(context, input.holdId, (id) => context.services.confirmDeletions(id)),
  }),
  discardDeletions: t.field({
    type: DiscardDeletionsPayload,
    description:
      'Lets the rows of a hold live. A later sync that does not find them on their site asks again.',
    args: {
      input: t.arg({ type: DiscardDeletionsInput, required: true, description: 'What to decide on.' }),
    },
    errors: {
      types: expected,
      union: { name: 'DiscardDeletionsResult', description: 'The hold, or why nothing was decided.' },
    },
    resolve: (_root, { input }, context) =>
      decide(context, input.holdId, (id) => context.services.discardDeletions(id)),
  }),
}));
