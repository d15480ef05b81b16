-- AlterEnum
ALTER TYPE "entity_run_status" ADD VALUE 'UNSUPPORTED';
