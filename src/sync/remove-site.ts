import { CimaiseError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { transaction, type Database } from '../db/client.ts';
import { SiteNotFoundError } from '../registry/open-site.ts';
import { callOff, RunEndedError, untilEnded, type CancelDependencies } from './cancel-sync.ts';
import { RunNotFoundError } from './follow-progress.ts';

export class SiteBusyError extends CimaiseError {
  override readonly name = 'SiteBusyError';
  readonly code = 'SITE_BUSY';

  constructor() {
    super(
      'Expected the sync of the site to end within seconds, it has not; it was called off, so try again in a minute.',
    );
  }
}

const WAIT_FOR_END_MS = 5_000;

const removed = { code: 'SITE_REMOVED', message: 'Its site was removed before the run began.' };

/**
 * Removes a site with its mirror and the record of its runs. The run under way ends first, so that those who follow
 * it see its end; the log of the gateway keeps what was removed.
 *
 * @throws SiteNotFoundError, SiteBusyError
 */
export async function removeSite(
  deps: CancelDependencies & { logger: Logger },
  siteId: number,
): Promise<{ name: string; url: string }> {
  const { database, logger } = deps;
  const deadline = performance.now() + WAIT_FOR_END_MS;
  for (;;) {
    await endActiveRun(deps, siteId, deadline);
    const site = await deleteSite(database, siteId);
    if (site !== null) {
      logger.info({ siteId, ...site }, 'a site was removed');
      return site;
    }
    // Someone asked for a sync in between.
    if (performance.now() > deadline) throw new SiteBusyError();
  }
}

async function endActiveRun(deps: CancelDependencies, siteId: number, deadline: number): Promise<void> {
  const run = await deps.database.prisma.syncRun.findFirst({
    where: { siteId, endedAt: null },
    select: { id: true },
  });
  if (run === null) return;
  try {
    if (await callOff(deps, run.id, removed)) return;
  } catch (error) {
    if (error instanceof RunEndedError || error instanceof RunNotFoundError) return; // by itself, meanwhile
    throw error;
  }
  const waitMs = Math.max(0, Math.ceil(deadline - performance.now()));
  if (!(await untilEnded(deps, run.id, waitMs))) throw new SiteBusyError();
}

/** Deletes the site unless it has a run under way; then the answer is null. */
async function deleteSite(database: Database, siteId: number): Promise<{ name: string; url: string } | null> {
  return transaction(database.pool, async (client) => {
    // From here on nobody can add a run; one that was just being added is seen by the next statement.
    const { rows } = await client.query<{ name: string; url: string }>(
      'SELECT name, url FROM site WHERE id = $1 FOR UPDATE',
      [siteId],
    );
    if (rows[0] === undefined) throw new SiteNotFoundError(siteId);
    const active = await client.query('SELECT 1 FROM sync_run WHERE site_id = $1 AND ended_at IS NULL', [
      siteId,
    ]);
    if (active.rows.length > 0) return null;
    await client.query('DELETE FROM site WHERE id = $1', [siteId]);
    return rows[0];
  });
}
