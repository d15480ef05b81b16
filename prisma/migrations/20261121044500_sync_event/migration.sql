-- AlterTable
ALTER TABLE "sync_run" DROP COLUMN "version",
ADD COLUMN     "sequence" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "sync_event" (
    "run_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" JSONB NOT NULL,

    CONSTRAINT "sync_event_pkey" PRIMARY KEY ("run_id","sequence")
);

-- AddForeignKey
ALTER TABLE "sync_event" ADD CONSTRAINT "sync_event_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Runs of before get the events that tell how they stand.
INSERT INTO "sync_event" ("run_id", "sequence", "at", "event")
SELECT "run_id", row_number() OVER (PARTITION BY "run_id" ORDER BY "step", "entity", "part"), "at", "event"
FROM (
  SELECT "id" AS "run_id", 1 AS "step", NULL::"entity" AS "entity", 0 AS "part", "requested_at" AS "at",
    jsonb_build_object('kind', 'RUN_REQUESTED', 'siteId', "site_id", 'entities', to_jsonb(
      ARRAY(SELECT "entity" FROM "sync_entity_run" WHERE "run_id" = "sync_run"."id" ORDER BY "entity"))) AS "event"
  FROM "sync_run"
  UNION ALL
  SELECT "id", 2, NULL, 0, "started_at", jsonb_build_object('kind', 'RUN_BEGAN')
  FROM "sync_run" WHERE "started_at" IS NOT NULL
  UNION ALL
  SELECT "run_id", 3, "entity", 1, "started_at",
    jsonb_build_object('kind', 'ENTITY_BEGAN', 'entity', "entity", 'expected', "expected", 'counters',
      jsonb_build_object('pages', "pages", 'received', "received", 'created', "created", 'updated', "updated",
        'unchanged', "unchanged", 'rejected', "rejected", 'normalised', "normalised", 'duplicates', "duplicates",
        'tombstoned', "tombstoned", 'held', "held"))
  FROM "sync_entity_run" WHERE "started_at" IS NOT NULL
  UNION ALL
  SELECT "run_id", 3, "entity", 2, "ended_at",
    jsonb_build_object('kind', 'ENTITY_ENDED', 'entity', "entity", 'status', "status",
      'errorCode', "error_code", 'errorMessage', "error_message")
  FROM "sync_entity_run" WHERE "ended_at" IS NOT NULL
  UNION ALL
  SELECT "id", 4, NULL, 0, "ended_at",
    jsonb_build_object('kind', 'RUN_ENDED', 'status', "status",
      'errorCode', "error_code", 'errorMessage', "error_message")
  FROM "sync_run" WHERE "ended_at" IS NOT NULL
) AS "told";

UPDATE "sync_run" SET "sequence" = "newest"
FROM (SELECT "run_id", max("sequence") AS "newest" FROM "sync_event" GROUP BY "run_id") AS "events"
WHERE "run_id" = "id";
