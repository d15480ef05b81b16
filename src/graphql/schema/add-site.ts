import { InvalidSiteError, InvalidUrlError, SiteExistsError } from '../../registry/add-site.ts';
import { InvalidCurrencyError, InvalidTimeZoneError } from '../../registry/site-settings.ts';
import { builder } from '../builder.ts';
import { createLoaders } from '../loaders.ts';
import { Site } from './site.ts';

const AddSiteInput = builder.inputType('AddSiteInput', {
  description: 'A site to mirror.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name to show it under.' }),
    url: t.string({ required: true, description: 'Where it is, such as "https://gallery.example".' }),
    key: t.string({
      required: true,
      description: 'The API key of the site. It is kept encrypted and never shown again.',
    }),
    timeZone: t.string({
      description:
        'Where its days begin: a name of the IANA database such as "Europe/Paris". Without it: `SITE_TIME_ZONE` of the gateway.',
    }),
    currency: t.string({
      description: 'The currency of its prices, three letters of ISO 4217. Without it: EUR.',
    }),
  }),
});

const AddSitePayload = builder.objectRef<{ id: number }>('AddSitePayload').implement({
  description: 'The site was added.',
  fields: (t) => ({
    site: t.prismaField({
      type: Site,
      description: 'The new site. It is empty until its first sync.',
      resolve: (query, { id }, _args, { database }) =>
        database.prisma.site.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('addSite', (t) =>
  t.field({
    type: AddSitePayload,
    description: 'Adds a site. Nothing is read from it yet: call `syncSite` next.',
    args: { input: t.arg({ type: AddSiteInput, required: true, description: 'The site to add.' }) },
    errors: {
      types: [SiteExistsError, InvalidUrlError, InvalidSiteError, InvalidTimeZoneError, InvalidCurrencyError],
      union: { name: 'AddSiteResult', description: 'The site that was added, or why it was not.' },
    },
    resolve: async (_root, { input: { timeZone, currency, ...site } }, context) => {
      const added = await context.services.addSite({
        ...site,
        timeZone: timeZone ?? undefined,
        currency: currency ?? undefined,
      });
      context.loaders = createLoaders(context.database);
      return added;
    },
  }),
);
