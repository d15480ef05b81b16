import { SiteNotFoundError } from '../../registry/open-site.ts';
import { InvalidPercentError } from '../../registry/update-site.ts';
import { builder } from '../builder.ts';
import { readId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';
import { Site } from './site.ts';

const UpdateSiteInput = builder.inputType('UpdateSiteInput', {
  description: 'What to change.',
  fields: (t) => ({
    siteId: t.id({ required: true, description: 'The site, such as "Site:1".' }),
    deletionHoldPercent: t.int({
      required: true,
      description:
        'The share of an entity, 0 to 100, that a sync may delete by itself. All of it always waits for a person.',
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
      types: [SiteNotFoundError, InvalidPercentError],
      union: { name: 'UpdateSiteResult', description: 'The site, or why it was not changed.' },
    },
    resolve: async (_root, { input: { siteId: id, ...changes } }, context) => {
      const [siteId] = readId('Site', id, 'int');
      await context.services.updateSite(siteId, changes);
      context.loaders = createLoaders(context.database);
      return { siteId };
    },
  }),
);
