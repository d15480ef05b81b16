import type { Answer } from '../answer.ts';
import type { Fault } from '../faults/kinds.ts';
import type { Gallery } from '../records/record.ts';
import type { DemoRows } from '../rows/row-store.ts';
import type { Settings } from '../settings.ts';

/** What the endpoints of one site share. */
export interface Site {
  readonly gallery: Gallery;
  readonly rows: DemoRows;
  readonly settings: Settings;
}

/** A request as the endpoints see it. */
export interface SiteRequest {
  readonly method: string;
  /** Path with its query. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly key: string | undefined;
  readonly contentType: string;
  /** Part of the path that names one thing: a setting, a picture. */
  readonly name: string;
  /** Faults this request met. */
  readonly faults: readonly Fault[];
  readBody(): Promise<Buffer>;
}

export type Handler = (site: Site, request: SiteRequest) => Answer | Promise<Answer>;
