import type { CimaiseError } from '../../core/errors.ts';
import { InvalidSiteError, InvalidUrlError, SiteExistsError } from '../../registry/add-site.ts';
import { SiteNotFoundError } from '../../registry/open-site.ts';
import { InvalidCurrencyError, InvalidTimeZoneError } from '../../registry/site-settings.ts';
import { InvalidPercentError } from '../../registry/update-site.ts';
import { RunEndedError } from '../../sync/cancel-sync.ts';
import { HoldDecidedError, HoldNotFoundError, SyncUnderWayError } from '../../sync/decide-hold.ts';
import { RunNotFoundError } from '../../sync/follow-progress.ts';
import { SiteBusyError } from '../../sync/remove-site.ts';
import { OtherModeUnderWayError } from '../../sync/request-sync.ts';
import { builder } from '../builder.ts';

const ErrorInterface = builder.interfaceRef<CimaiseError>('Error').implement({
  description: 'A failure that was to be expected: what is wrong, and a code that programs can rely on.',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: 'What was expected, what came and what to do, as a sentence.',
    }),
    code: t.exposeString('code', { description: 'The stable code of this failure, such as "SITE_EXISTS".' }),
  }),
});

builder.objectType(SiteExistsError, {
  name: 'SiteExistsError',
  description: 'There is a site with this address already.',
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidUrlError, {
  name: 'InvalidUrlError',
  description: 'The address is none that a site can have.',
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidSiteError, {
  name: 'InvalidSiteError',
  description: 'The name or the key is none that a site can have.',
  interfaces: [ErrorInterface],
});

builder.objectType(SiteNotFoundError, {
  name: 'SiteNotFoundError',
  description: 'There is no site with this id.',
  interfaces: [ErrorInterface],
});

builder.objectType(RunNotFoundError, {
  name: 'RunNotFoundError',
  description: 'There is no run with this id; its site may have been removed.',
  interfaces: [ErrorInterface],
});

builder.objectType(RunEndedError, {
  name: 'RunEndedError',
  description: 'The run has ended already, otherwise than by being called off.',
  interfaces: [ErrorInterface],
});

builder.objectType(SiteBusyError, {
  name: 'SiteBusyError',
  description: 'The site could not be removed yet: its run is still ending.',
  interfaces: [ErrorInterface],
});

builder.objectType(HoldNotFoundError, {
  name: 'HoldNotFoundError',
  description: 'There is no deletion hold with this id; its site may have been removed.',
  interfaces: [ErrorInterface],
});

builder.objectType(HoldDecidedError, {
  name: 'HoldDecidedError',
  description: 'The deletion hold is no longer open.',
  interfaces: [ErrorInterface],
});

builder.objectType(SyncUnderWayError, {
  name: 'SyncUnderWayError',
  description: 'A sync of the site is under way, and may find the rows again.',
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidPercentError, {
  name: 'InvalidPercentError',
  description: 'The share is none from 0 to 100 percent.',
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidTimeZoneError, {
  name: 'InvalidTimeZoneError',
  description: 'There is no time zone of that name.',
  interfaces: [ErrorInterface],
});

builder.objectType(InvalidCurrencyError, {
  name: 'InvalidCurrencyError',
  description: 'There is no currency of that name.',
  interfaces: [ErrorInterface],
});

builder.objectType(OtherModeUnderWayError, {
  name: 'OtherModeUnderWayError',
  description: 'A dry run is under way where a sync was asked for, or the other way round.',
  interfaces: [ErrorInterface],
});
