import { leave } from '../core/leave.ts';
import type { ListEnd, RecordBatch, TemplateClient } from './client.ts';
import { retryDelayMs, type RetryOptions } from './retry-policy.ts';
import type { SiteBreakers } from './site-breakers.ts';

/** A failure that is tried again. */
export interface Retry {
  error: Error;
  /** Which retry it is, from 1, and of how many. */
  retry: number;
  retries: number;
  delayMs: number;
}

/** How patient the process is with its sites: one for all calls. */
export interface Patience {
  retries: RetryOptions;
  breakers: SiteBreakers;
}

/**
 * The same client, whose lists, statistics and settings are asked again where the cause is one that passes, and are
 * not asked at all while the site rests. A list that broke off is read again from its own offset; the rows that had
 * come are not passed on twice.
 */
export function patientClient(
  client: TemplateClient,
  patience: Patience,
  onRetry: (retry: Retry) => Promise<void>,
): TemplateClient {
  const patient = (siteUrl: string, signal: AbortSignal | undefined) => ({
    ...patience,
    siteUrl,
    signal,
    onRetry,
  });
  return {
    ...client,
    list: (site, name, options) =>
      readPatiently(() => client.list(site, name, options), patient(site.url, options?.signal)),
    fullTable: (site, table, options) =>
      readPatiently(() => client.fullTable(site, table, options), patient(site.url, options?.signal)),
    stats: (site, options) =>
      askPatiently(() => client.stats(site, options), patient(site.url, options?.signal)),
    settings: (site, options) =>
      askPatiently(() => client.settings(site, options), patient(site.url, options?.signal)),
  };
}

interface Patient extends Patience {
  siteUrl: string;
  signal: AbortSignal | undefined;
  onRetry: (retry: Retry) => Promise<void>;
}

async function askPatiently<Answer>(ask: () => Promise<Answer>, patient: Patient): Promise<Answer> {
  const visit = await patient.breakers.begin(patient.siteUrl, patient.signal);
  try {
    for (let failures = 1; ; failures++) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        return await ask();
      } catch (error) {
        // oxlint-disable-next-line no-await-in-loop
        await waitToRetry(error, failures, patient);
      }
    }
  } catch (error) {
    await visit.leave(error);
    throw error;
  } finally {
    await visit.leave();
  }
}

/**
 * Rows that came before the list broke off are known by their ids, in their order. Where the list comes back
 * changed, everything from the first difference on is passed on, also what came before: then it did come twice.
 */
async function* readPatiently(
  open: () => AsyncGenerator<RecordBatch, ListEnd, undefined>,
  patient: Patient,
): AsyncGenerator<RecordBatch, ListEnd, undefined> {
  const visit = await patient.breakers.begin(patient.siteUrl, patient.signal);
  const met: number[] = [];
  /** When the first rows were asked for: the later ones are called no newer, since both may be written together. */
  let sentAt: Date | undefined;
  try {
    for (let failures = 1; ; failures++) {
      const list = open();
      let place = 0;
      try {
        let step = await list.next();
        for (; step.done !== true; step = await list.next()) {
          const records: unknown[] = [];
          let isNewBeginning = false;
          for (const record of step.value.records) {
            const id = idOf(record);
            if (met[place] !== id) {
              isNewBeginning ||= place === 0 && met.length > 0;
              met.length = place;
              met.push(id);
              records.push(record);
            }
            place++;
          }
          sentAt ??= step.value.sentAt;
          if (records.length > 0) yield { ...step.value, records, sentAt, isNewBeginning };
        }
        return step.value;
      } catch (error) {
        await waitToRetry(error, failures, patient);
      } finally {
        await leave(list);
      }
    }
  } catch (error) {
    await visit.leave(error);
    throw error;
  } finally {
    await visit.leave();
  }
}

/** Waits until the call is to be made again, or throws the failure. */
async function waitToRetry(error: unknown, failures: number, patient: Patient): Promise<void> {
  const { retries: options, signal, onRetry } = patient;
  const delayMs = retryDelayMs(error, failures, options);
  if (delayMs === null || !(error instanceof Error)) throw error;
  await onRetry({ error, retry: failures, retries: options.retries, delayMs });
  await options.wait(delayMs, signal);
}

/** A number for each record: its id, or -1 for one that has none. */
function idOf(record: unknown): number {
  if (typeof record !== 'object' || record === null || !('id' in record)) return -1;
  return typeof record.id === 'number' ? record.id : -1;
}
