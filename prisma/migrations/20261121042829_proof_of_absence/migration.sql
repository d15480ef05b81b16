-- CreateEnum
CREATE TYPE "scan_verdict" AS ENUM ('INCOMPLETE', 'COMPLETE', 'CHANGED', 'UNNAMED', 'SHORT');

-- CreateEnum
CREATE TYPE "hold_status" AS ENUM ('OPEN', 'CONFIRMED', 'DISCARDED', 'SUPERSEDED');

-- AlterTable
ALTER TABLE "site" ADD COLUMN     "deletion_hold_percent" INTEGER NOT NULL DEFAULT 20;

-- AlterTable
ALTER TABLE "sync_entity_run" ADD COLUMN     "held" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tombstoned" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "sync_run" ADD COLUMN     "attempt" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "sync_scan" (
    "run_id" UUID NOT NULL,
    "entity" "entity" NOT NULL,
    "pass" INTEGER NOT NULL,
    "verdict" "scan_verdict" NOT NULL DEFAULT 'INCOMPLETE',
    "pages" INTEGER NOT NULL DEFAULT 0,
    "offsets" INTEGER[],
    "rows" INTEGER NOT NULL DEFAULT 0,
    "distinct_ids" INTEGER NOT NULL DEFAULT 0,
    "missing" INTEGER,
    "total_before" INTEGER,
    "total_after" INTEGER,
    "digest" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_scan_pkey" PRIMARY KEY ("run_id","entity","pass")
);

-- CreateTable
CREATE TABLE "sync_scan_part" (
    "run_id" UUID NOT NULL,
    "entity" "entity" NOT NULL,
    "pass" INTEGER NOT NULL,
    "sequence" INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "pages" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "is_tied" BOOLEAN NOT NULL,
    "is_ordered" BOOLEAN NOT NULL,
    "ids" BYTEA NOT NULL,

    CONSTRAINT "sync_scan_part_pkey" PRIMARY KEY ("run_id","entity","pass","sequence")
);

-- CreateTable
CREATE TABLE "deletion_hold" (
    "id" SERIAL NOT NULL,
    "site_id" INTEGER NOT NULL,
    "entity" "entity" NOT NULL,
    "run_id" UUID NOT NULL,
    "status" "hold_status" NOT NULL DEFAULT 'OPEN',
    "held" INTEGER NOT NULL,
    "live" INTEGER NOT NULL,
    "missed_at" TIMESTAMPTZ(3) NOT NULL,
    "held_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decided_at" TIMESTAMPTZ(3),
    "deleted" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "deletion_hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deletion_hold_row" (
    "hold_id" INTEGER NOT NULL,
    "record" TEXT NOT NULL,

    CONSTRAINT "deletion_hold_row_pkey" PRIMARY KEY ("hold_id","record")
);

-- CreateIndex
CREATE INDEX "deletion_hold_site_id_id_idx" ON "deletion_hold"("site_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "deletion_hold_one_open" ON "deletion_hold"("site_id", "entity") WHERE (decided_at IS NULL);

-- AddForeignKey
ALTER TABLE "sync_scan" ADD CONSTRAINT "sync_scan_run_id_entity_fkey" FOREIGN KEY ("run_id", "entity") REFERENCES "sync_entity_run"("run_id", "entity") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_scan_part" ADD CONSTRAINT "sync_scan_part_run_id_entity_pass_fkey" FOREIGN KEY ("run_id", "entity", "pass") REFERENCES "sync_scan"("run_id", "entity", "pass") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deletion_hold" ADD CONSTRAINT "deletion_hold_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deletion_hold_row" ADD CONSTRAINT "deletion_hold_row_hold_id_fkey" FOREIGN KEY ("hold_id") REFERENCES "deletion_hold"("id") ON DELETE CASCADE ON UPDATE CASCADE;
