import { CimaiseError } from '../core/errors.ts';
import { open } from '../core/secrets.ts';
import type { Database } from '../db/client.ts';
import type { TemplateSite } from '../template/client.ts';

export class SiteNotFoundError extends CimaiseError {
  override readonly name = 'SiteNotFoundError';
  readonly code = 'SITE_NOT_FOUND';

  constructor(siteId: number) {
    super(`There is no site ${siteId}; list the sites to see which exist.`);
  }
}

/** How to reach a site. The only place where a key is unsealed: keep the answer out of logs and records. */
export async function openSite(
  { database, secretKey }: { database: Database; secretKey: Buffer },
  siteId: number,
): Promise<TemplateSite> {
  const site = await database.prisma.site.findUnique({ where: { id: siteId } });
  if (site === null) throw new SiteNotFoundError(siteId);
  return { url: site.url, apiKey: open(secretKey, site.sealedKey, site.url) };
}
