-- AlterTable
ALTER TABLE "sync_run" ADD COLUMN     "cancel_requested_at" TIMESTAMPTZ(3);
