import { GraphQLError } from 'graphql';

import type { CimaiseError } from '../core/errors.ts';
import { InvalidSiteError, InvalidUrlError, SiteExistsError } from '../registry/add-site.ts';
import { SiteNotFoundError } from '../registry/open-site.ts';
import { InvalidCurrencyError, InvalidTimeZoneError } from '../registry/site-settings.ts';
import { InvalidPercentError } from '../registry/update-site.ts';
import { RunEndedError } from '../sync/cancel-sync.ts';
import { HoldDecidedError, HoldNotFoundError, SyncUnderWayError } from '../sync/decide-hold.ts';
import { EventNotFoundError, RunNotFoundError } from '../sync/follow-progress.ts';
import { SiteBusyError } from '../sync/remove-site.ts';
import { OtherModeUnderWayError } from '../sync/request-sync.ts';

/** The only failures of other modules that a client may see. Whatever is not listed here is masked. */
const publicErrors = [
  SiteExistsError,
  InvalidUrlError,
  InvalidSiteError,
  SiteNotFoundError,
  RunNotFoundError,
  EventNotFoundError,
  RunEndedError,
  SiteBusyError,
  HoldNotFoundError,
  HoldDecidedError,
  SyncUnderWayError,
  InvalidPercentError,
  InvalidTimeZoneError,
  InvalidCurrencyError,
  OtherModeUnderWayError,
] as const;

export const isPublic = (thrown: unknown): thrown is CimaiseError =>
  publicErrors.some((PublicError) => thrown instanceof PublicError);

/** A mistake of the caller, answered with its sentence. */
export const badInput = (message: string, code = 'BAD_USER_INPUT') =>
  new GraphQLError(message, { extensions: { code } });

/** An operation that is refused before it runs. */
export const refused = (message: string, code: string) =>
  new GraphQLError(message, { extensions: { code, http: { spec: true, status: 400 } } });
