-- CreateEnum
CREATE TYPE "sync_outcome" AS ENUM ('PROVEN', 'UNPROVEN', 'FAILED', 'UNSUPPORTED');

-- CreateTable
CREATE TABLE "site_freshness" (
    "site_id" INTEGER NOT NULL,
    "entity" "entity" NOT NULL,
    "as_of" TIMESTAMPTZ(3),
    "outcome" "sync_outcome" NOT NULL,
    "error_code" TEXT,

    CONSTRAINT "site_freshness_pkey" PRIMARY KEY ("site_id","entity")
);

-- AddForeignKey
ALTER TABLE "site_freshness" ADD CONSTRAINT "site_freshness_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What earlier runs have proven. How their last sync went, the next one says.
INSERT INTO "site_freshness" ("site_id", "entity", "as_of", "outcome")
SELECT run."site_id", scan."entity", max(scan."started_at"), 'PROVEN'
FROM "sync_scan" AS scan
JOIN "sync_entity_run" AS part ON part."run_id" = scan."run_id" AND part."entity" = scan."entity"
JOIN "sync_run" AS run ON run."id" = scan."run_id"
WHERE run."mode" = 'SYNC' AND part."status" = 'SUCCEEDED'
  AND scan."verdict" = 'COMPLETE' AND scan."missing" <= part."tombstoned" + part."held"
GROUP BY run."site_id", scan."entity";

INSERT INTO "site_freshness" ("site_id", "entity", "as_of", "outcome")
SELECT "site_id", 'STATS', "observed_at", 'PROVEN' FROM "site_stats";
