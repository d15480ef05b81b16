-- CreateTable
CREATE TABLE "data_version" (
    "slot" SERIAL NOT NULL,
    "token" UUID NOT NULL,

    CONSTRAINT "data_version_pkey" PRIMARY KEY ("slot")
);

-- The version moves in the transaction that changes something, so it is seen together with the change, never before
-- nor after. Each transaction takes a slot that no other holds: no writer waits for another, none can deadlock.
CREATE FUNCTION move_data_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  free_slot int;
BEGIN
  SELECT slot INTO free_slot FROM data_version ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    -- Random, not counted: a database that lost its newest commits in a crash never comes back to the same version.
    UPDATE data_version SET token = gen_random_uuid() WHERE slot = free_slot;
  ELSE
    INSERT INTO data_version (token) VALUES (gen_random_uuid());
  END IF;
  PERFORM set_config('cimaise.data_version_moved_by', pg_current_xact_id()::text, true);
  RETURN NULL;
END $$;

-- Every table that can be read needs this: SELECT move_data_version_with('name'). A test names those that lack it.
CREATE FUNCTION move_data_version_with(changed regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Once a transaction, and not for a statement that wrote nothing in a transaction that wrote nothing.
  EXECUTE format(
    'CREATE TRIGGER move_data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT
     WHEN (coalesce(current_setting(''cimaise.data_version_moved_by'', true), '''')
           <> pg_current_xact_id_if_assigned()::text)
     EXECUTE FUNCTION move_data_version()',
    changed);
END $$;

SELECT move_data_version_with(format('%I.%I', schemaname, tablename)::regclass)
FROM pg_tables
WHERE schemaname = current_schema() AND tablename NOT IN ('data_version', '_prisma_migrations');
