import { SiteNotFoundError } from '../../registry/open-site.ts';
import { InvalidCurrencyError, InvalidTimeZoneError } from '../../registry/site-settings.ts';
import { InvalidPercentError } from '../../registry/update-site.ts';
import { builder } from '../builder.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { Site } from './site.ts';

const UpdateSiteInput = builder.inputType('UpdateSiteInput', {
  description: 'What to change. What is left out stays as it is.',
  fields: (t) => ({
    siteId: t.id({ required: true, description: 'The site, such as "Site:1".' }),
    deletionHoldPercent: t.int({
      description:
        'The share of an entity, 0 to 100, that a sync may delete by itself. All of it always waits for a person.',
    }),
    timeZone: t.string({
      description:
        'Where its days begin: a name of the IANA database such as "Europe/Paris". All figures follow, those of the past too.',
    }),
    currency: t.string({
      description: 'The currency of its prices, three letters of ISO 4217. Nothing is converted.',
    }),
  }),
});

const UpdateSitePayload = builder.objectRef<{ siteId: number }>('UpdateSitePayload').implement({
  description: 'The site was changed.',
  fields: (t) => ({
    site: t.field({
      type: Site,
      description: 'The site as it is now.',
      resolve: ({ siteId }, _args, { loaders }) => loaders.site.load(siteId),
    }),
  }),
});

builder.mutationField('updateSite', (t) =>
  t.field({
    type: UpdateSitePayload,
    description: 'Changes how a site is treated here. Nothing changes on the site itself.',
    args: { input: t.arg({ type: UpdateSiteInput, required: true, description: 'What to change.' }) },
    errors: {
      types: [SiteNotFoundError, InvalidPercentError, InvalidTimeZoneError, InvalidCurrencyError],
      union: { name: 'UpdateSiteResult', description: 'The site, or why it was not changed.' },
    },
    resolve: async (_root, { input: { siteId: id, ...input } }, context) => {
      const [siteId] = readId('Site', id, 'int');
      await context.services.updateSite(siteId, {
        deletionHoldPercent: input.deletionHoldPercent ?? undefined,
        timeZone: input.timeZone ?? undefined,
        currency: input.currency ?? undefined,
      });
      context.loaders = createLoaders(context.database);
      return { siteId };
    },
  }),
);
