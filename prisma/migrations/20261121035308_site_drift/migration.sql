-- CreateEnum
CREATE TYPE "drift_kind" AS ENUM ('UNKNOWN_FIELD', 'VANISHED', 'TYPE_CHANGED');

-- CreateTable
CREATE TABLE "site_drift" (
    "id" BIGSERIAL NOT NULL,
    "site_id" INTEGER NOT NULL,
    "entity" "entity" NOT NULL,
    "kind" "drift_kind" NOT NULL,
    "path" TEXT NOT NULL,
    "expected" TEXT,
    "found" TEXT,
    "first_run_id" UUID NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_run_id" UUID,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "site_drift_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "site_drift_site_id_id_idx" ON "site_drift"("site_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "site_drift_one_open" ON "site_drift"("site_id", "entity", "kind", "path") WHERE (resolved_at IS NULL);

-- AddForeignKey
ALTER TABLE "site_drift" ADD CONSTRAINT "site_drift_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;
