import { createServer } from 'node:http';
import type { Site } from './endpoints/site.ts';
import { createFaultBoard, type FaultBoard, type FaultTarget } from './faults/fault-board.ts';
import { Endpoint, type FaultInput } from './faults/kinds.ts';
import { handleRequest, type SeenRequest } from './handle-request.ts';
import type { Entity, Generation } from './records/record.ts';
import { createRowStore, type DemoRows } from './rows/row-store.ts';
import { makeSettings, type Settings } from './settings.ts';

/** Faults that are on from the start, by endpoint; `*` is all of them. */
export type DemoFaults = Partial<Record<FaultTarget, FaultInput | readonly FaultInput[]>>;

export interface DemoSiteOptions {
  readonly generation: Generation;
  readonly name: string;
  readonly apiKey: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Everything on the site is made from it; 1 by default. */
  readonly seed?: number;
  readonly counts?: Partial<Record<Entity, number>>;
  readonly faults?: DemoFaults;
  /** Called with each request before it is answered, so that rows can change while they are being read. */
  readonly onRequest?: (seen: SeenRequest) => void;
}

/** A running template site. */
export interface DemoSite extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The key the site accepts now; writing its setting `export_api_key` changes it. */
  readonly apiKey: string;
  readonly faults: FaultBoard;
  readonly rows: DemoRows;
  readonly settings: Settings;
  /** The latest requests seen, oldest first; calls to `/__demo` are not among them. */
  readonly requests: readonly SeenRequest[];
  forgetRequests(): void;
  /** Ends at once, also with requests hanging. */
  stop(): Promise<void>;
}

const USUAL_COUNTS: Readonly<Record<Entity, number>> = {
  paintings: 24,
  users: 12,
  orders: 10,
  exhibitions: 4,
  customRequests: 3,
};
const REQUESTS_KEPT = 10_000;

/** Starts a template site on the loopback interface. */
export async function startDemoSite(options: DemoSiteOptions): Promise<DemoSite> {
  const { generation, name, seed = 1, counts } = options;
  const gallery = { generation, name, seed, counts: { ...USUAL_COUNTS, ...counts } };
  const settings = makeSettings(name, options.apiKey);
  const site: Site = { gallery, rows: createRowStore(gallery), settings };
  const board = createFaultBoard();
  for (const endpoint of [...Endpoint.options, '*'] as const) {
    const faults = options.faults?.[endpoint];
    if (faults) board.set(endpoint, faults);
  }

  const requests: SeenRequest[] = [];
  const log = (seen: SeenRequest) => {
    if (requests.push(seen) > REQUESTS_KEPT) requests.splice(0, REQUESTS_KEPT / 2);
    options.onRequest?.(seen);
  };
  const stopping = new AbortController();
  const handling = { site, board, log, signal: stopping.signal };
  const server = createServer((request, response) => {
    handleRequest(handling, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  async function stop(): Promise<void> {
    if (!server.listening) return;
    stopping.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get apiKey() {
      return settings.get('export_api_key') ?? '';
    },
    faults: board,
    rows: site.rows,
    settings,
    requests,
    forgetRequests: () => requests.splice(0),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
