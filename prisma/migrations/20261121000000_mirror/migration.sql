-- CreateEnum
CREATE TYPE "generation" AS ENUM ('V1', 'V2');

-- CreateEnum
CREATE TYPE "site_status" AS ENUM ('NEW', 'HEALTHY', 'DEGRADED', 'UNREACHABLE', 'KEY_REFUSED');

-- CreateEnum
CREATE TYPE "painting_status" AS ENUM ('AVAILABLE', 'SOLD', 'RESERVED', 'EXHIBITED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "user_role" AS ENUM ('ADMIN', 'USER', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('IN_PROGRESS', 'CONFIRMED', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "custom_request_status" AS ENUM ('PENDING', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "entity" AS ENUM ('SETTINGS', 'STATS', 'PAINTINGS', 'USERS', 'ORDERS', 'EXHIBITIONS', 'CUSTOM_REQUESTS');

-- CreateEnum
CREATE TYPE "run_status" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "entity_run_status" AS ENUM ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "issue_severity" AS ENUM ('ERROR', 'WARNING');

-- CreateEnum
CREATE TYPE "log_level" AS ENUM ('INFO', 'WARNING', 'ERROR');

-- CreateTable
CREATE TABLE "site" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "sealed_key" TEXT NOT NULL,
    "generation" "generation",
    "status" "site_status" NOT NULL DEFAULT 'NEW',
    "currency" CHAR(3) NOT NULL DEFAULT 'EUR',
    "time_zone" TEXT NOT NULL DEFAULT 'Europe/Paris',
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "synced_at" TIMESTAMPTZ(3),

    CONSTRAINT "site_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "site_stats" (
    "site_id" INTEGER NOT NULL,
    "paintings" INTEGER,
    "users" INTEGER,
    "orders" INTEGER,
    "exhibitions" INTEGER,
    "custom_requests" INTEGER,
    "delivered_orders" INTEGER,
    "total_revenue" DECIMAL(18,4),
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "site_stats_pkey" PRIMARY KEY ("site_id")
);

-- CreateTable
CREATE TABLE "site_setting" (
    "site_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT,
    "secret" BOOLEAN NOT NULL,
    "is_set" BOOLEAN NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "site_setting_pkey" PRIMARY KEY ("site_id","key")
);

-- CreateTable
CREATE TABLE "painting" (
    "site_id" INTEGER NOT NULL,
    "source_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "price" DECIMAL(18,4) NOT NULL,
    "category" TEXT,
    "technique" TEXT,
    "year" INTEGER,
    "year_source" TEXT,
    "quantity" INTEGER NOT NULL,
    "status" "painting_status" NOT NULL,
    "status_source" TEXT,
    "image" TEXT,
    "image_2" TEXT,
    "image_3" TEXT,
    "image_4" TEXT,
    "display_order" INTEGER NOT NULL,
    "description" TEXT,
    "description_long" TEXT,
    "dimensions" TEXT,
    "weight" TEXT,
    "framed" BOOLEAN,
    "certificate" BOOLEAN,
    "unique_piece" BOOLEAN,
    "created_at" TIMESTAMPTZ(6),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "painting_pkey" PRIMARY KEY ("site_id","source_id")
);

-- CreateTable
CREATE TABLE "user" (
    "site_id" INTEGER NOT NULL,
    "source_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "role" "user_role",
    "role_source" TEXT,
    "phone" TEXT,
    "address" TEXT,
    "city" TEXT,
    "postal_code" TEXT,
    "country" TEXT,
    "birth_date" TEXT,
    "accepts_marketing" BOOLEAN,
    "created_at" TIMESTAMPTZ(6),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_pkey" PRIMARY KEY ("site_id","source_id")
);

-- CreateTable
CREATE TABLE "order" (
    "site_id" INTEGER NOT NULL,
    "source_id" BIGINT NOT NULL,
    "customer_name" TEXT NOT NULL,
    "email" TEXT,
    "address" TEXT,
    "user_source_id" BIGINT,
    "total_price" DECIMAL(18,4) NOT NULL,
    "status" "order_status" NOT NULL,
    "status_source" TEXT,
    "ordered_at" TIMESTAMPTZ(6) NOT NULL,
    "items_digest" TEXT NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_pkey" PRIMARY KEY ("site_id","source_id")
);

-- CreateTable
CREATE TABLE "order_item" (
    "site_id" INTEGER NOT NULL,
    "order_source_id" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "source_id" BIGINT,
    "painting_source_id" BIGINT,
    "name" TEXT,
    "image" TEXT,
    "price" DECIMAL(18,4) NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "order_item_pkey" PRIMARY KEY ("site_id","order_source_id","position")
);

-- CreateTable
CREATE TABLE "exhibition" (
    "site_id" INTEGER NOT NULL,
    "source_id" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    "location" TEXT,
    "date" DATE,
    "date_source" TEXT,
    "start_time" TEXT,
    "end_time" TEXT,
    "description" TEXT,
    "image" TEXT,
    "organizer" TEXT,
    "entry_price" TEXT,
    "contact_info" TEXT,
    "venue_details" TEXT,
    "created_at" TIMESTAMPTZ(6),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "exhibition_pkey" PRIMARY KEY ("site_id","source_id")
);

-- CreateTable
CREATE TABLE "custom_request" (
    "site_id" INTEGER NOT NULL,
    "source_id" BIGINT NOT NULL,
    "client_name" TEXT NOT NULL,
    "client_email" TEXT,
    "client_phone" TEXT,
    "description" TEXT,
    "project_type" TEXT,
    "budget" TEXT,
    "dimensions" TEXT,
    "deadline" TEXT,
    "reference_images" TEXT,
    "admin_notes" TEXT,
    "status" "custom_request_status" NOT NULL,
    "status_source" TEXT,
    "created_at" TIMESTAMPTZ(6),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "custom_request_pkey" PRIMARY KEY ("site_id","source_id")
);

-- CreateTable
CREATE TABLE "sync_run" (
    "id" UUID NOT NULL,
    "site_id" INTEGER NOT NULL,
    "status" "run_status" NOT NULL DEFAULT 'QUEUED',
    "entities" "entity"[],
    "version" INTEGER NOT NULL DEFAULT 0,
    "error_code" TEXT,
    "error_message" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync_entity_run" (
    "run_id" UUID NOT NULL,
    "entity" "entity" NOT NULL,
    "status" "entity_run_status" NOT NULL DEFAULT 'PENDING',
    "expected" INTEGER,
    "pages" INTEGER NOT NULL DEFAULT 0,
    "received" INTEGER NOT NULL DEFAULT 0,
    "created" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "normalised" INTEGER NOT NULL DEFAULT 0,
    "duplicates" INTEGER NOT NULL DEFAULT 0,
    "error_code" TEXT,
    "error_message" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_entity_run_pkey" PRIMARY KEY ("run_id","entity")
);

-- CreateTable
CREATE TABLE "sync_issue" (
    "id" BIGSERIAL NOT NULL,
    "site_id" INTEGER NOT NULL,
    "entity" "entity" NOT NULL,
    "record" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "severity" "issue_severity" NOT NULL,
    "message" TEXT NOT NULL,
    "value" TEXT,
    "first_run_id" UUID NOT NULL,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_run_id" UUID,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_issue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync_log_entry" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "level" "log_level" NOT NULL,
    "entity" "entity",
    "message" TEXT NOT NULL,

    CONSTRAINT "sync_log_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "site_url_key" ON "site"("url");

-- CreateIndex
CREATE INDEX "painting_site_id_status_source_id_idx" ON "painting"("site_id", "status", "source_id");

-- CreateIndex
CREATE INDEX "user_site_id_role_source_id_idx" ON "user"("site_id", "role", "source_id");

-- CreateIndex
CREATE INDEX "order_site_id_ordered_at_source_id_idx" ON "order"("site_id", "ordered_at", "source_id");

-- CreateIndex
CREATE INDEX "order_site_id_status_ordered_at_source_id_idx" ON "order"("site_id", "status", "ordered_at", "source_id");

-- CreateIndex
CREATE INDEX "order_ordered_at_site_id_source_id_idx" ON "order"("ordered_at", "site_id", "source_id");

-- CreateIndex
CREATE INDEX "order_item_site_id_painting_source_id_idx" ON "order_item"("site_id", "painting_source_id");

-- CreateIndex
CREATE INDEX "exhibition_site_id_date_source_id_idx" ON "exhibition"("site_id", "date", "source_id");

-- CreateIndex
CREATE INDEX "custom_request_site_id_status_source_id_idx" ON "custom_request"("site_id", "status", "source_id");

-- CreateIndex
CREATE INDEX "sync_run_site_id_id_idx" ON "sync_run"("site_id", "id");

-- CreateIndex
CREATE INDEX "sync_run_status_id_idx" ON "sync_run"("status", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sync_run_one_active_per_site" ON "sync_run"("site_id") WHERE (ended_at IS NULL);

-- CreateIndex
CREATE INDEX "sync_issue_site_id_id_idx" ON "sync_issue"("site_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sync_issue_one_open" ON "sync_issue"("site_id", "entity", "record", "path", "code") WHERE (resolved_at IS NULL);

-- CreateIndex
CREATE INDEX "sync_log_entry_run_id_id_idx" ON "sync_log_entry"("run_id", "id");

-- AddForeignKey
ALTER TABLE "site_stats" ADD CONSTRAINT "site_stats_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "site_setting" ADD CONSTRAINT "site_setting_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "painting" ADD CONSTRAINT "painting_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user" ADD CONSTRAINT "user_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_site_id_order_source_id_fkey" FOREIGN KEY ("site_id", "order_source_id") REFERENCES "order"("site_id", "source_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "exhibition" ADD CONSTRAINT "exhibition_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "custom_request" ADD CONSTRAINT "custom_request_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_run" ADD CONSTRAINT "sync_run_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_entity_run" ADD CONSTRAINT "sync_entity_run_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_issue" ADD CONSTRAINT "sync_issue_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_log_entry" ADD CONSTRAINT "sync_log_entry_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "sync_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
