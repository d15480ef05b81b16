import { syncSiteJob } from '../queue/definitions.ts';
import type { Queue } from '../queue/queue.ts';
import { forgetRuns } from '../sync/forget-runs.ts';
import { runSync, type SyncDependencies } from '../sync/run-sync.ts';

/** Works on the job `sync-site`: one run at a time for each of `concurrency` workers. */
export function workOnSyncSite(
  queue: Queue,
  deps: SyncDependencies,
  { concurrency, retentionDays }: { concurrency: number; retentionDays: number },
): Promise<void> {
  return queue.work(syncSiteJob, concurrency, async ({ runId }, signal) => {
    await runSync(deps, runId, signal);
    await forgetRuns(deps.database, retentionDays);
  });
}
