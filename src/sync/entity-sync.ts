import type { Database } from '../db/client.ts';
import type { Entity, Generation } from '../db/generated/prisma/enums.ts';
import type { Logger } from '../core/logger.ts';
import type { TemplateClient, TemplateSite } from '../template/client.ts';
import type { StatsRecord } from '../template/contract/stats.ts';
import type { Lease } from './lease.ts';
import type { Tally } from './sync-event.ts';
import type { MirroredTable } from './tombstone.ts';

/** What a site says it holds, as it answers it or as it is stored. */
export type SiteTotals = Pick<
  StatsRecord,
  'paintings' | 'users' | 'orders' | 'exhibitions' | 'customRequests'
>;

/** What bringing one entity of one site up to date needs. */
export interface EntityContext {
  database: Database;
  template: TemplateClient;
  site: TemplateSite;
  siteId: number;
  lease: Lease;
  /** The counters of this entity: from zero, or as a killed worker left them. */
  tally: Tally;
  /** True where nothing is to be written but what the run says of itself. */
  isDryRun: boolean;
  /** What the site said in this run that it holds; null until it has. */
  told: { totals: SiteTotals | null };
  /** Of that, the rows of this entity; null where it did not say. */
  expected: number | null;
  /** Asks the site again how many rows it holds; null where it does not say. */
  askTotal: () => Promise<number | null>;
  /** The time of the database at a time of this process: what orders the writes of many processes. */
  observedAt: (time: Date) => Date;
  pageRows: number;
  strict: boolean;
  signal: AbortSignal;
  logger: Logger;
}

/** One kind of mirrored record: how it is brought up to date. Adding a kind adds a file and a line in entities/. */
export interface EntitySync {
  entity: Entity;
  /** Where its records are kept; null where none of them can go. */
  table: MirroredTable | null;
  /** How many rows the site says it holds, where it says so. */
  expected: (stats: SiteTotals) => number | null;
  /** Brings the mirror up to date. */
  sync: (context: EntityContext) => Promise<Synced>;
}

/** What bringing an entity up to date has shown. */
export interface Synced {
  /** The site's generation, where the answers told it. */
  generation: Generation | null;
  /** When the scan began that proves the mirror complete; null where none does. */
  asOf: Date | null;
}
