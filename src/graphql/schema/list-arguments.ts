import { builder } from '../builder.ts';

/** The argument of a list of mirrored records that brings the removed ones too. */
export const includeDeletedArg = () =>
  builder.args((t) => ({
    includeDeleted: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Also those that are gone from their site (`deletedAt` is set).',
    }),
  }));
