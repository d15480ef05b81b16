import { parseArgs } from 'node:util';

import { createApp, type App } from '../app.ts';
import { readConfig } from '../config.ts';
import { StartError, systemCodeOf } from '../core/errors.ts';
import { createLogger } from '../core/logger.ts';
import { startDemoSite, type DemoSiteOptions } from '../demo-site/start-demo-site.ts';
import { SiteExistsError } from '../registry/add-site.ts';
import { untilStopped } from './until-stopped.ts';

const galleries: readonly DemoSiteOptions[] = [
  {
    name: 'Galerie Martin',
    generation: 'v1',
    seed: 1,
    apiKey: 'demo-key-martin',
    counts: { paintings: 120, users: 60, orders: 45, exhibitions: 6, customRequests: 8 },
  },
  {
    name: 'Atelier Nguyễn',
    generation: 'v2',
    seed: 2,
    apiKey: 'demo-key-nguyen',
    counts: { paintings: 2_500, users: 900, orders: 700, exhibitions: 12, customRequests: 30 },
  },
  {
    name: 'Galerie aux Pannes',
    generation: 'v2',
    seed: 3,
    apiKey: 'demo-key-pannes',
    counts: { paintings: 300, users: 80, orders: 60, exhibitions: 4, customRequests: 5 },
  },
];

const { values: flags } = parseArgs({ options: { once: { type: 'boolean', default: false } } });

await untilStopped(async (signal, stop) => {
  await using starting = new AsyncDisposableStack();
  const { config, secrets } = readConfig(process.env);
  const { port } = config.http;
  const demoSites: string[] = [];
  const app = starting.use(await createApp(config, secrets, createLogger(config.logLevel), stop));
  for (const [index, gallery] of galleries.entries()) {
    const url = await startGallery(starting, { ...gallery, port: port === 0 ? 0 : port + 1 + index });
    demoSites.push(url);
    await syncGallery(app, { ...gallery, url }, signal);
    if (signal.aborted) return starting.move(); // Ctrl-C: what is not finished is not reported
  }
  const report = await describe(app, demoSites);
  if (flags.once) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    stop();
  } else {
    const faulty = demoSites[2] ?? '';
    process.stdout.write(`
${table(report.sites.map((site, index) => ({ ...site, address: demoSites[index] ?? '' })))}

Synced in ${report.seconds} s. Open ${app.url}/graphql in a browser.
${secrets.adminTokenGenerated ? `Sign in with this token:  ${secrets.adminToken}` : 'Sign in with the token of ADMIN_TOKEN.'}

Break the third gallery, then sync it again and see what its run says:
  curl -X PUT ${faulty}/__demo/faults -d '{"endpoint": "orders", "kind": "server-error"}'
  curl ${faulty}/__demo/faults        lists all faults
Stop everything with Ctrl-C.
`);
  }
  return starting.move();
});

async function startGallery(stack: AsyncDisposableStack, options: DemoSiteOptions): Promise<string> {
  try {
    const site = await startDemoSite(options);
    stack.defer(() => site.stop());
    return site.url;
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EADDRINUSE') throw cause;
    throw new StartError(
      `Port ${options.port} is in use: the demo takes PORT and the three after it; set PORT to another.`,
      { cause },
    );
  }
}

async function syncGallery(
  { services, database }: App,
  site: { name: string; url: string; apiKey: string },
  signal: AbortSignal,
): Promise<void> {
  process.stderr.write(`Syncing ${site.name} …\n`);
  try {
    await services.addSite({ name: site.name, url: site.url, key: site.apiKey });
  } catch (error) {
    if (!(error instanceof SiteExistsError)) throw error; // from an earlier demo on the same data directory
  }
  const { id } = await database.prisma.site.findUniqueOrThrow({ where: { url: site.url } });
  const { runId } = await services.requestSync({ siteId: id, entities: null });
  for await (const { status, endedAt, rowsPerSecond } of services.followProgress(runId, signal)) {
    if (endedAt === null) continue;
    process.stderr.write(`Synced ${site.name}: ${status}, ${Math.round(rowsPerSecond ?? 0)} rows a second\n`);
  }
}

interface SiteReport {
  name: string;
  generation: string | null;
  status: string;
  paintings: number;
  users: number;
  orders: number;
  exhibitions: number;
  customRequests: number;
  rejected: number;
}

async function describe(app: App, urls: string[]): Promise<{ sites: SiteReport[]; seconds: number }> {
  const { rows } = await app.database.pool.query<SiteReport>(
    `SELECT name, generation, status,
       (SELECT count(*)::int FROM painting WHERE site_id = id AND deleted_at IS NULL) AS paintings,
       (SELECT count(*)::int FROM "user" WHERE site_id = id AND deleted_at IS NULL) AS users,
       (SELECT count(*)::int FROM "order" WHERE site_id = id AND deleted_at IS NULL) AS orders,
       (SELECT count(*)::int FROM exhibition WHERE site_id = id AND deleted_at IS NULL) AS exhibitions,
       (SELECT count(*)::int FROM custom_request WHERE site_id = id AND deleted_at IS NULL) AS "customRequests",
       (SELECT coalesce(sum(rejected), 0)::int FROM sync_entity_run WHERE run_id =
         (SELECT run.id FROM sync_run AS run WHERE run.site_id = site.id ORDER BY run.id DESC LIMIT 1)) AS rejected
     FROM site WHERE url = ANY ($1) ORDER BY array_position($1, url)`,
    [urls],
  );
  return { sites: rows, seconds: Math.round(performance.now() / 100) / 10 };
}

/** Columns as wide as their widest value. */
function table(rows: readonly object[]): string {
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(String))];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
