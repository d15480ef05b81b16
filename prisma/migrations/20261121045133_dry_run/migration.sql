-- CreateEnum
CREATE TYPE "run_mode" AS ENUM ('SYNC', 'DRY_RUN');

-- CreateEnum
CREATE TYPE "difference_kind" AS ENUM ('CREATE', 'UPDATE', 'REJECT', 'DELETE');

-- AlterTable
ALTER TABLE "sync_run" ADD COLUMN     "mode" "run_mode" NOT NULL DEFAULT 'SYNC';

-- CreateTable
CREATE TABLE "sync_difference" (
    "run_id" UUID NOT NULL,
    "entity" "entity" NOT NULL,
    "kind" "difference_kind" NOT NULL,
    "record" TEXT NOT NULL,
    "fields" JSONB NOT NULL,

    CONSTRAINT "sync_difference_pkey" PRIMARY KEY ("run_id","entity","kind","record")
);

-- AddForeignKey
ALTER TABLE "sync_difference" ADD CONSTRAINT "sync_difference_run_id_entity_fkey" FOREIGN KEY ("run_id", "entity") REFERENCES "sync_entity_run"("run_id", "entity") ON DELETE CASCADE ON UPDATE CASCADE;
