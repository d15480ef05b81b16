import { CimaiseError } from '../core/errors.ts';
import { seal } from '../core/secrets.ts';
import type { Database } from '../db/client.ts';
import { Prisma } from '../db/generated/prisma/client.ts';
import { checkSettings, type SiteSettings } from './site-settings.ts';

export class InvalidUrlError extends CimaiseError {
  override readonly name = 'InvalidUrlError';
  readonly code = 'INVALID_URL';
}

export class InvalidSiteError extends CimaiseError {
  override readonly name = 'InvalidSiteError';
  readonly code = 'INVALID_SITE';
}

export class SiteExistsError extends CimaiseError {
  override readonly name = 'SiteExistsError';
  readonly code = 'SITE_EXISTS';
}

export interface NewSite extends SiteSettings {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

/**
 * Registers a site. Its key is sealed before it touches the database.
 *
 * @throws InvalidUrlError, InvalidSiteError, InvalidTimeZoneError, InvalidCurrencyError, SiteExistsError
 */
export async function addSite(
  { database, secretKey }: { database: Database; secretKey: Buffer },
  input: NewSite,
): Promise<{ id: number }> {
  const name = input.name.trim();
  if (name === '' || name.length > 200) {
    throw new InvalidSiteError('Expected a name of 1 to 200 characters; give the site one.');
  }
  if (!name.isWellFormed() || name.includes('\0')) {
    throw new InvalidSiteError('Expected a name without U+0000 and broken characters; type it again.');
  }
  // Node refuses to send any other character in a header, and would say so with the key in its message.
  if (!/^[\x21-\x7e]{1,500}$/.test(input.key)) {
    throw new InvalidSiteError('Expected an API key of 1 to 500 printable ASCII characters; copy it again.');
  }
  const url = normaliseUrl(input.url);
  const { timeZone, currency } = input;
  await checkSettings(database, { timeZone, currency });
  try {
    return await database.prisma.site.create({
      // Bound to the address: whoever can change the row cannot have the key sent elsewhere.
      data: {
        name,
        url,
        sealedKey: seal(secretKey, input.key, url),
        ...(timeZone === undefined ? {} : { timeZone }),
        ...(currency === undefined ? {} : { currency }),
      },
      select: { id: true },
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new SiteExistsError(`A site with the address ${url} is registered already; use that one.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** One spelling for one site: lower-case host, no query, no fragment, no slash at the end. */
function normaliseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidUrlError('Expected an address such as https://gallery.example; give the whole address.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidUrlError('Expected an address without user name and password; leave them out.');
  }
  const spelling = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  // An index key of PostgreSQL holds some 2,700 bytes.
  if (spelling.length > 2_000) {
    throw new InvalidUrlError('Expected an address of at most 2000 characters; give the front page.');
  }
  return spelling;
}
