import { syncSiteJob } from '../queue/definitions.ts';
import type { Queue } from '../queue/queue.ts';
import { runSync, type SyncDependencies } from '../sync/run-sync.ts';

/** Works on the job `sync-site`: one run at a time for each of `concurrency` workers. */
export function workOnSyncSite(queue: Queue, deps: SyncDependencies, concurrency: number): Promise<void> {
  return queue.work(syncSiteJob, concurrency, ({ runId }, signal) => runSync(deps, runId, signal));
}
