import type { Database } from '../../../src/db/client.ts';
import type { Entity } from '../../../src/db/generated/prisma/enums.ts';

/** The findings that stood when the run had ended: opened by then, and not closed yet. */
export function issuesOfRun({ prisma }: Database, runId: string) {
  return prisma.syncIssue.findMany({
    where: { firstRunId: { lte: runId }, OR: [{ resolvedRunId: null }, { resolvedRunId: { gt: runId } }] },
    orderBy: { id: 'asc' },
  });
}

/** What the record of a run says of one entity, short enough to compare. */
export async function findings(database: Database, runId: string, siteId: number, entity: Entity) {
  const issues = await issuesOfRun(database, runId);
  return issues
    .filter((issue) => issue.siteId === siteId && issue.entity === entity)
    .map(({ record, path, code, severity }) => ({ record, path, code, severity }));
}

export async function logOf({ prisma }: Database, runId: string) {
  const entries = await prisma.syncLogEntry.findMany({ where: { runId }, orderBy: { id: 'asc' } });
  return entries.map(({ level, entity, message }) => ({ level, entity, message }));
}

export const MIRRORED = [
  'painting',
  'user',
  'order',
  'order_item',
  'exhibition',
  'custom_request',
  'site_setting',
  'site_stats',
] as const;
export type MirroredTable = (typeof MIRRORED)[number];

/** How a run stands by the columns of its tables, in the shape of its progress. */
export async function storedProgress({ prisma }: Database, id: string) {
  const run = await prisma.syncRun.findUniqueOrThrow({
    where: { id },
    include: { entityRuns: { orderBy: { entity: 'asc' } } },
  });
  const { siteId, sequence, status, errorCode, errorMessage, requestedAt, startedAt, endedAt } = run;
  const entities = run.entityRuns.map(({ runId: _runId, ...columns }) => columns);
  return {
    runId: id,
    siteId,
    sequence,
    status,
    errorCode,
    errorMessage,
    requestedAt,
    startedAt,
    endedAt,
    entities,
  };
}

/** Every mirrored row of a site by its key, with all its columns. */
export async function mirrorOf(
  { pool }: Database,
  siteId: number,
): Promise<Record<MirroredTable, Record<string, Record<string, unknown>>>> {
  const tables = await Promise.all(
    MIRRORED.map(async (table) => {
      const { rows } = await pool.query<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(stored) AS row FROM "${table}" AS stored WHERE site_id = $1`,
        [siteId],
      );
      return [table, Object.fromEntries(rows.map(({ row }) => [keyOf(row), row]))] as const;
    }),
  );
  return Object.fromEntries(tables) as Record<MirroredTable, Record<string, Record<string, unknown>>>;
}

function keyOf(row: Record<string, unknown>): string {
  const key = row['order_source_id'] ?? row['source_id'] ?? row['key'] ?? row['site_id'];
  return `${String(key)}${row['position'] === undefined ? '' : `.${String(row['position'])}`}`;
}

/** Everything the database holds, as text; without PostgreSQL's own catalogs. */
export async function dumpDatabase(
  { pool }: Database,
  isWanted: (table: string) => boolean = () => true,
): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dumps = await Promise.all(
    tables
      .filter(({ name }) => isWanted(name))
      .map(async ({ name }) => {
        const { rows } = await pool.query<{ row: string }>(
          `SELECT to_jsonb(t)::text AS row FROM ${name} AS t`,
        );
        return rows.map(({ row }) => row).join('\n');
      }),
  );
  return dumps.join('\n');
}

/** Everything that the record of a site's runs tells: errors, findings, log. */
export async function tellings({ pool }: Database, siteId: number): Promise<string> {
  const { rows } = await pool.query<{ text: string }>(
    `SELECT concat_ws(' ', error_code, error_message) AS text FROM sync_run WHERE site_id = $1
     UNION ALL SELECT concat_ws(' ', part.error_code, part.error_message)
       FROM sync_entity_run AS part JOIN sync_run AS run ON run.id = run_id WHERE site_id = $1
     UNION ALL SELECT concat_ws(' ', path, code, message, value) FROM sync_issue WHERE site_id = $1
     UNION ALL SELECT message FROM sync_log_entry JOIN sync_run AS run ON run.id = run_id WHERE site_id = $1`,
    [siteId],
  );
  return rows.map(({ text }) => text).join('\n');
}
