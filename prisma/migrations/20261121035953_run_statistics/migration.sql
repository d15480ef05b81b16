-- CreateIndex
CREATE INDEX "sync_run_site_id_ended_at_idx" ON "sync_run"("site_id", "ended_at");

-- CreateIndex
CREATE INDEX "sync_run_ended_at_idx" ON "sync_run"("ended_at");
