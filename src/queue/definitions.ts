import { z } from 'zod';

/** A kind of job: its payload, checked when queued and when run, and how the queue treats it. */
export interface JobDefinition<Payload extends object> {
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  readonly queue: {
    /** A worker wakes at once instead of at its next poll. */
    readonly notify: boolean;
    /** A worker that died is noticed by this, not by the time limit. */
    readonly heartbeatSeconds: number;
    readonly expireInSeconds: number;
    readonly retryLimit: number;
    readonly deleteAfterSeconds: number;
  };
}

const DAY_S = 86_400;

/** Bring a site's mirror up to date: the work of one SyncRun. */
export const syncSiteJob: JobDefinition<{ runId: string }> = {
  name: 'sync-site',
  payload: z.object({ runId: z.uuid() }),
  queue: {
    notify: true,
    // The least pg-boss takes: a heartbeat is one small UPDATE every 5 s. A live worker that stalls for longer is
    // taken for dead, which costs it its lease and the run at most a page.
    heartbeatSeconds: 10,
    expireInSeconds: DAY_S,
    retryLimit: 100, // for killed workers and a database that was away: what a site does wrong ends the run, not the job
    deleteAfterSeconds: DAY_S,
  },
};
