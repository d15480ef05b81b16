import DataLoader from 'dataloader';

import type { Database } from '../db/client.ts';
import type { Painting, Site, User } from '../db/generated/prisma/client.ts';
import { raw, sql } from './lists/sql.ts';
import { type Table, columns, from, readRows } from './lists/table.ts';
import { paintingTable, siteTable, userTable } from './tables.ts';

interface RecordKey {
  readonly siteId: number;
  readonly sourceId: bigint;
}

/** What the rows of all mirrored records have in common. */
export interface MirroredRow extends RecordKey {
  readonly firstSeenAt: Date;
  readonly observedAt: Date;
  readonly deletedAt: Date | null;
}

/** What is read in batches while one answer is made. */
export interface Loaders {
  readonly site: DataLoader<number, Site>;
  readonly painting: DataLoader<RecordKey, Painting | null, string>;
  readonly user: DataLoader<RecordKey, User | null, string>;
  /** The records of any table. */
  record(table: Table): DataLoader<RecordKey, MirroredRow | null, string>;
  /** The DataLoader of that name, made when first asked for. */
  batch<Key, Value>(name: string, make: () => DataLoader<Key, Value>): DataLoader<Key, Value>;
}

export function createLoaders(database: Database): Loaders {
  const batches = new Map<string, unknown>();
  const batch = <Key, Value, CacheKey = Key>(name: string, make: () => DataLoader<Key, Value, CacheKey>) => {
    const loader = batches.get(name) ?? make();
    batches.set(name, loader);
    // The name holds everything that sets two loaders apart, so one name is always one type.
    return loader as DataLoader<Key, Value, CacheKey>;
  };
  const records = new Map<Table, DataLoader<RecordKey, MirroredRow | null, string>>();
  // Made when they are asked for: most answers need none of them.
  return {
    batch,
    record(table) {
      const loader = records.get(table) ?? recordLoader<MirroredRow>(database, table);
      records.set(table, loader);
      return loader;
    },
    get site() {
      return batch('site', () => new DataLoader<number, Site>((ids) => loadSites(database, ids)));
    },
    get painting() {
      return batch('painting', () => recordLoader<Painting>(database, paintingTable));
    },
    get user() {
      return batch('user', () => recordLoader<User>(database, userTable));
    },
  };
}

async function loadSites(database: Database, ids: readonly number[]): Promise<(Site | Error)[]> {
  const sites = await readRows<Site>(
    database,
    sql`SELECT ${columns(siteTable, siteTable.fields)} FROM ${from(siteTable)} WHERE t.id = ANY(${ids}::int[])`,
  );
  const byId = new Map(sites.map((site) => [site.id, site]));
  return ids.map((id) => byId.get(id) ?? new Error(`Site ${id} was removed while it was read.`));
}

/** A record by its key, removed ones included; null where the mirror has none. */
function recordLoader<Row extends RecordKey>(database: Database, table: Table) {
  return new DataLoader<RecordKey, Row | null, string>(
    async (keys) => {
      const siteIds = keys.map((key) => key.siteId);
      const sourceIds = keys.map((key) => key.sourceId);
      const rows = await readRows<Row>(
        database,
        sql`SELECT ${columns(table, table.fields)} FROM ${from(table)}
            JOIN unnest(${siteIds}::int[], ${sourceIds}::bigint[]) AS wanted(site_id, source_id)
            ON ${raw('t.site_id = wanted.site_id AND t.source_id = wanted.source_id')}`,
      );
      const byKey = new Map(rows.map((row) => [keyText(row), row]));
      return keys.map((key) => byKey.get(keyText(key)) ?? null);
    },
    { cacheKeyFn: keyText },
  );
}

const keyText = (key: RecordKey) => `${key.siteId}:${key.sourceId}`;
