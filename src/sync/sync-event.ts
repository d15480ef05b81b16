import { z } from 'zod';

import { Entity, EntityRunStatus, RunStatus } from '../db/generated/prisma/enums.ts';

const count = z.number().int();

/** The counters of one entity of one run, in rows (pages: answers of the site). */
export const Tally = z.object({
  pages: count,
  received: count,
  created: count,
  updated: count,
  unchanged: count,
  rejected: count,
  normalised: count,
  duplicates: count,
  /** Rows of the mirror that were marked as gone. */
  tombstoned: count,
  /** Rows of the mirror that are gone, but wait for a person to say so. */
  held: count,
});
export type Tally = z.infer<typeof Tally>;

const failure = { errorCode: z.string().nullable(), errorMessage: z.string().nullable() };

/** What can happen in a run. Counters are totals, never differences. */
const ProgressEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('RUN_REQUESTED'), siteId: count, entities: z.array(z.enum(Entity)) }),
  /** More was asked for while it waited or was under way: all that it is to bring now. */
  z.object({ kind: z.literal('RUN_WIDENED'), entities: z.array(z.enum(Entity)) }),
  /** A worker took it up: for the first time, or after another was killed. */
  z.object({ kind: z.literal('RUN_BEGAN') }),
  /** The site said how many rows it holds. */
  z.object({ kind: z.literal('TOTALS_TOLD'), expected: z.partialRecord(z.enum(Entity), count.nullable()) }),
  z.object({
    kind: z.literal('ENTITY_BEGAN'),
    entity: z.enum(Entity),
    expected: count.nullable(),
    counters: Tally,
  }),
  z.object({ kind: z.literal('PAGE_COMMITTED'), entity: z.enum(Entity), counters: Tally }),
  z.object({
    kind: z.literal('ENTITY_ENDED'),
    entity: z.enum(Entity),
    status: z.enum(EntityRunStatus),
    ...failure,
  }),
  /** Those of its entities that had not ended were not come to. */
  z.object({ kind: z.literal('RUN_ENDED'), status: z.enum(RunStatus), ...failure }),
]);
export type ProgressEvent = z.infer<typeof ProgressEvent>;

/** An event as it is stored and as it travels. The sequence of a run begins at 1 and has no gaps. */
export const SyncEvent = z.object({
  runId: z.uuid(),
  sequence: z.number().int().positive(),
  at: z.coerce.date(),
  event: ProgressEvent,
});
export type SyncEvent = z.infer<typeof SyncEvent>;
