import type { Database } from '../../../src/db/client.ts';
import { lists, type List } from './history.ts';
import { mirrored } from './mirrored.ts';

/** A row that was marked as gone, though it may have been revived since. Times in milliseconds. */
export interface Burial {
  list: List;
  id: number;
  /** Since when it was missed: the beginning of the last pass of the run, or what the one who buried it said. */
  missedAt: number;
  buriedAt: number;
}

/** A row whose content was replaced by an older one. */
export interface Relapse {
  list: List;
  id: number;
  from: string;
  to: string;
}

/** Has the database note what must never be, however soon it is mended. */
export async function placeWitness({ pool }: Database): Promise<void> {
  await pool.query(`
    CREATE TABLE burial (site_id int, list text, id bigint, missed_at timestamptz, buried_at timestamptz);
    CREATE FUNCTION note_burial() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO burial SELECT NEW.site_id, TG_ARGV[0], NEW.source_id, coalesce(max(scan.started_at), NEW.observed_at), clock_timestamp()
        FROM sync_run AS run JOIN sync_scan AS scan ON scan.run_id = run.id
        WHERE run.site_id = NEW.site_id AND run.ended_at IS NULL AND scan.entity = upper(TG_ARGV[0])::entity
          AND EXISTS (
            SELECT 1 FROM sync_scan AS first
            WHERE first.run_id = run.id AND first.entity = scan.entity AND first.started_at = NEW.observed_at
          );
        RETURN NULL;
      END $$;
    CREATE TABLE relapse (site_id int, list text, id bigint, "from" text, "to" text);
    CREATE FUNCTION note_relapse() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        was text := to_jsonb(OLD) ->> TG_ARGV[1];
        now text := to_jsonb(NEW) ->> TG_ARGV[1];
      BEGIN
        -- Names are n1, n2 … from the first change on. Others that come after are a fault of the site.
        IF was ~ '^n\\d+$' AND now ~ '^n\\d+$' AND substr(now, 2)::int < substr(was, 2)::int THEN
          INSERT INTO relapse VALUES (NEW.site_id, TG_ARGV[0], NEW.source_id, was, now);
        END IF;
        RETURN NULL;
      END $$;
  `);
  for (const list of lists) {
    const { table, nameColumn } = mirrored[list];
    // oxlint-disable-next-line no-await-in-loop
    await pool.query(`
      CREATE TRIGGER burial AFTER UPDATE ON "${table}" FOR EACH ROW
        WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION note_burial('${list}');
      CREATE TRIGGER relapse AFTER UPDATE ON "${table}" FOR EACH ROW
        EXECUTE FUNCTION note_relapse('${list}', '${nameColumn}');
    `);
  }
}

export async function burialsOf({ pool }: Database, siteId: number): Promise<Burial[]> {
  const { rows } = await pool.query<Burial>(
    `SELECT list, id::int, extract(epoch FROM missed_at)::float * 1000 AS "missedAt",
       extract(epoch FROM buried_at)::float * 1000 AS "buriedAt"
     FROM burial WHERE site_id = $1`,
    [siteId],
  );
  return rows;
}

export async function relapsesOf({ pool }: Database, siteId: number): Promise<Relapse[]> {
  const { rows } = await pool.query<Relapse>(
    'SELECT list, id::int, "from", "to" FROM relapse WHERE site_id = $1',
    [siteId],
  );
  return rows;
}

/** Tells whether any row of the mirror was written, with the same content or another. */
export async function versionsOf({ pool }: Database, siteId: number): Promise<unknown[]> {
  const { rows } = await pool.query(
    [...lists.map((list) => mirrored[list].table), 'order_item']
      .map(
        (table) =>
          `SELECT '${table}' AS table, count(*), string_agg(xmin || ' ' || ctid, ',' ORDER BY ctid) AS versions
           FROM "${table}" WHERE site_id = ${siteId}`,
      )
      .join(' UNION ALL '),
  );
  return rows;
}
