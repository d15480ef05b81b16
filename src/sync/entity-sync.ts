import type { Database } from '../db/client.ts';
import type { Entity, Generation } from '../db/generated/prisma/enums.ts';
import type { SiteStats } from '../db/generated/prisma/client.ts';
import type { Logger } from '../core/logger.ts';
import type { TemplateClient, TemplateSite } from '../template/client.ts';

/** What bringing one entity of one site up to date needs. */
export interface EntityContext {
  database: Database;
  template: TemplateClient;
  site: TemplateSite;
  siteId: number;
  runId: string;
  pageRows: number;
  strict: boolean;
  signal: AbortSignal;
  logger: Logger;
}

/** One kind of mirrored record: how it is brought up to date. Adding a kind adds a file and a line in entities/. */
export interface EntitySync {
  entity: Entity;
  /** How many rows the site says it holds, where it says so. */
  expected: (stats: SiteStats) => number | null;
  /** Brings the mirror up to date, and tells the site's generation where the answers showed it. */
  sync: (context: EntityContext) => Promise<Generation | null>;
}
