import type { Database } from '../db/client.ts';
import type { OrderStatus } from '../db/generated/prisma/enums.ts';
import type { NewSite } from '../registry/add-site.ts';
import type { SiteChanges } from '../registry/update-site.ts';
import type { SyncProgress } from '../sync/reduce-progress.ts';
import type { SyncRequest } from '../sync/request-sync.ts';
import type { Clock } from './clock.ts';
import type { Loaders } from './loaders.ts';

/** What the API needs from the rest of the house; built once in app.ts. */
export interface GraphQLServices {
  readonly database: Database;
  /** Signs the cursors of lists; the same in every process. */
  readonly cursorKey: Buffer;
  /** How long after the last proof the mirror of a site counts as stale. */
  readonly staleAfterMinutes: number;
  /** The statuses of orders that count as revenue. */
  readonly revenueStatuses: readonly OrderStatus[];
  /** Adds a site. Throws a CimaiseError with code SITE_EXISTS, INVALID_URL, … */
  addSite(input: NewSite): Promise<{ id: number }>;
  /** Queues a run, or joins the one under way. Throws a CimaiseError with code SITE_NOT_FOUND, OTHER_MODE_UNDER_WAY. */
  requestSync(input: SyncRequest): Promise<{ runId: string; joined: boolean }>;
  /** Calls a run off; waits a moment for its end. Throws a CimaiseError with code RUN_NOT_FOUND, RUN_ENDED. */
  cancelSync(runId: string): Promise<void>;
  /** Removes a site with its mirror. Throws a CimaiseError with code SITE_NOT_FOUND, SITE_BUSY. */
  removeSite(siteId: number): Promise<{ name: string; url: string }>;
  /** Changes how a site is treated. Throws a CimaiseError with code SITE_NOT_FOUND, INVALID_PERCENT, INVALID_TIME_ZONE, … */
  updateSite(siteId: number, changes: SiteChanges): Promise<void>;
  /** Tombstones what a deletion hold names. Throws a CimaiseError with code HOLD_NOT_FOUND, HOLD_DECIDED, SYNC_UNDER_WAY. */
  confirmDeletions(holdId: number): Promise<number>;
  /** Lets it live. Throws the same. */
  discardDeletions(holdId: number): Promise<void>;
  /**
   * The state as it is, or after each event later than `after`, then newer states, then the end; then completes.
   * Throws a CimaiseError with code RUN_NOT_FOUND, EVENT_NOT_FOUND.
   */
  followProgress(runId: string, signal: AbortSignal, after?: number | null): AsyncIterable<SyncProgress>;
  /** The states of all runs under way, then newer states of any run, until the signal fires. */
  followActivity(signal: AbortSignal): AsyncIterable<SyncProgress>;
}

/** The answer to a request, for those who ask the same; stays empty when it must not be given twice. */
export interface AnswerToKeep {
  /** Its JSON, which says that it was kept. */
  text?: string;
  contentType?: string;
  /** What it was tagged with when it was made, where it was. */
  tag?: string;
  /** When it becomes another without any change of the data, in ms since 1970; 0: at once. */
  validUntil?: number;
}

/** What a server may hand in with a request. */
export interface ServerContext {
  /** The id of the request, where it has one already. */
  requestId?: string;
  /** Aborted when the client has gone, where the request itself cannot tell. */
  gone?: AbortSignal;
  /** Filled while the request is answered. */
  toKeep?: AnswerToKeep;
}

/** What every resolver is given. */
export interface Context {
  readonly services: GraphQLServices;
  readonly database: Database;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** One set for one answer: replaced after a mutation and for each event of a subscription. */
  loaders: Loaders;
  readonly now: Clock;
}
