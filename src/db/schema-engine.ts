import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Pool } from 'pg';

const prismaDir = fileURLToPath(new URL('../../prisma', import.meta.url));

/** No table or enum is managed by someone else. */
export const noFilters = { externalTables: [], externalEnums: [] };

/**
 * Runs `work` with Prisma's own schema engine as WebAssembly, over the same driver as the client: no binary to
 * download.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await loadWasm();
  const { path, content } = schemaFile();
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  const factory = bindMigrationAwareSqlAdapterFactory(catalogReader(pool));
  try {
    const engine = await engineModule.SchemaEngine.new(
      { datamodels: [[path, content]] },
      () => undefined,
      factory,
    );
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

export function schemaFile(): { path: string; content: string } {
  return { path: 'schema.prisma', content: readFileSync(join(prismaDir, 'schema.prisma'), 'utf8') };
}

/** The migrations on disk, oldest first, as the engine takes them. */
export function readMigrations(): MigrationList {
  const baseDir = join(prismaDir, 'migrations');
  const entries = existsSync(baseDir) ? readdirSync(baseDir, { withFileTypes: true }) : [];
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names.toSorted().map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

const CATALOG_CHAR = 18; // OID of the one-byte type "char" of PostgreSQL's own catalogs
const STAND_IN = 2950; // OID of uuid, a type that no column of the catalogs has

/**
 * The driver adapter refuses columns of type "char", which the engine's catalog queries return and expect as
 * characters. The connection calls them uuid, which the adapter accepts, and the answer is put right here.
 */
function catalogReader(pool: Pool): PrismaPg {
  pool.on('connect', (client) => {
    client.connection.prependListener('rowDescription', ({ fields }) => {
      for (const field of fields) if (field.dataTypeID === CATALOG_CHAR) field.dataTypeID = STAND_IN;
    });
  });
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const answer = await queryRaw(query);
      const columnTypes = answer.columnTypes.map((type) =>
        type === ColumnTypeEnum.Uuid ? ColumnTypeEnum.Character : type,
      );
      return { ...answer, columnTypes };
    };
    // The adapter would cut a script at every semicolon, those inside of functions too.
    adapter.executeScript = async (script) => {
      await adapter.executeRaw({ sql: script, args: [], argTypes: [] });
    };
    return adapter;
  };
  return factory;
}

let loading: Promise<void> | undefined;

/** The engine's entry point imports its .wasm as a module, which Node does not do by itself. */
function loadWasm(): Promise<void> {
  loading ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
    const path = join(dirname(entry), 'schema_engine_bg.wasm');
    const module = await WebAssembly.compile(readFileSync(path));
    const instance = await WebAssembly.instantiate(module, { './schema_engine_bg.js': { ...engineModule } });
    engineModule.__wbg_set_wasm(instance.exports);
    const { __wbindgen_start: begin } = instance.exports;
    if (typeof begin === 'function') begin();
  })();
  return loading;
}
