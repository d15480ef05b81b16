import { z } from 'zod';

/** The one PostgreSQL channel that carries all events between the processes of one database. */
export const CHANNEL = 'cimaise';

/** PostgreSQL refuses a notification of 8,000 bytes or more. */
export const MAX_PAYLOAD_BYTES = 7_999;

/** The id of a topic that has one subject only. */
export const ANY = '*';

/**
 * What travels: the topic, whose news it is, and the news itself where it fits. Without `data`, or after a gap,
 * the receiver reads the database, which is always the truth.
 */
export const Event = z.object({
  topic: z.enum(['syncProgress', 'cancelSync', 'mirrorChanged']),
  id: z.string(),
  data: z.unknown().optional(),
});
export type Event = z.infer<typeof Event>;
export type Topic = Event['topic'];
