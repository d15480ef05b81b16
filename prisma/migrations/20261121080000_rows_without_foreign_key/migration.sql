-- DropForeignKey
ALTER TABLE "order" DROP CONSTRAINT "order_site_id_fkey";

-- DropForeignKey
ALTER TABLE "painting" DROP CONSTRAINT "painting_site_id_fkey";

-- DropForeignKey
ALTER TABLE "user" DROP CONSTRAINT "user_site_id_fkey";

-- What ON DELETE CASCADE did.
CREATE FUNCTION delete_rows_of_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "painting" WHERE "site_id" = OLD."id";
  DELETE FROM "user" WHERE "site_id" = OLD."id";
  DELETE FROM "order" WHERE "site_id" = OLD."id";
  RETURN NULL;
END
$$;
CREATE TRIGGER "delete_rows_of_site" AFTER DELETE ON "site" FOR EACH ROW EXECUTE FUNCTION delete_rows_of_site();
