import { PgBoss, fromPrisma } from 'pg-boss';

import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { syncSiteJob, type JobDefinition } from './definitions.ts';

/** What Prisma hands to the callback of `$transaction`. */
type Transaction = Parameters<typeof fromPrisma>[0];

type JobHandler<Payload> = (payload: Payload, signal: AbortSignal) => Promise<void>;

export interface Queue extends AsyncDisposable {
  /** Adds a job inside the caller's transaction: it exists if, and only if, that transaction commits. */
  enqueue<Payload extends object>(
    transaction: Transaction,
    job: JobDefinition<Payload>,
    payload: Payload,
  ): Promise<void>;
  /** Whether a job of this kind and payload waits, or is being worked on. */
  holds<Payload extends object>(job: JobDefinition<Payload>, payload: Payload): Promise<boolean>;
  /**
   * Runs jobs of one kind, `concurrency` at a time, until the queue is disposed. The signal fires then, and when
   * the queue has given the job to someone else.
   */
  work<Payload extends object>(
    job: JobDefinition<Payload>,
    concurrency: number,
    handler: JobHandler<Payload>,
  ): Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * How often dead workers are looked for. pg-boss looks when both of these are due, by all processes together; its own
 * 60 s, after the heartbeat, would leave a run lying for longer than a minute.
 */
const LOOK_AFTER_WORKERS = { superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 };

// The second is 30 by default, and needed: of notifications that come close together some wake nobody.
const POLLING = { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2 };

/** Opens the durable queue (pg-boss, schema `pgboss`), and makes or updates its tables. */
export async function openQueue(databaseUrl: string, logger: Logger): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'cimaise-queue',
    max: 4,
    useListenNotify: true,
    ...LOOK_AFTER_WORKERS,
    schedule: false,
  });
  boss.on('error', (error) => logger.error({ err: error }, 'the queue met an error'));
  boss.on('warning', (warning) => logger.warn({ warning: messageOf(warning) }, 'the queue warns'));
  await boss.start();
  await boss.createQueue(syncSiteJob.name, syncSiteJob.queue);
  await boss.updateQueue(syncSiteJob.name, syncSiteJob.queue); // one that an earlier version made stays as it was
  await boss.supervise(syncSiteJob.name); // what a worker left that died before this start need not wait longer

  const stopping = new AbortController();
  return {
    async enqueue(transaction, job, payload) {
      await boss.send(job.name, job.payload.parse(payload), { db: fromPrisma(transaction) });
    },
    async holds(job, payload) {
      const jobs = await boss.findJobs(job.name, { data: job.payload.parse(payload) });
      return jobs.some(({ state }) => state === 'created' || state === 'retry' || state === 'active');
    },
    async work(job, concurrency, handler) {
      const startWorker = async () => {
        const worker = await boss.work<object>(job.name, POLLING, async (batch) => {
          try {
            for (const { data, signal } of batch) {
              await handler(job.payload.parse(data), AbortSignal.any([signal, stopping.signal]));
            }
          } finally {
            boss.notifyWorker(worker); // it would sleep otherwise, whatever waits in the queue
          }
        });
      };
      await Promise.all(Array.from({ length: concurrency }, startWorker));
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
    },
  };
}
