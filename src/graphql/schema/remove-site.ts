import { SiteNotFoundError } from '../../registry/open-site.ts';
import { SiteBusyError } from '../../sync/remove-site.ts';
import { builder } from '../builder.ts';
import { readId, writeId } from '../global-ids.ts';
import { createLoaders } from '../loaders.ts';

const RemoveSiteInput = builder.inputType('RemoveSiteInput', {
  description: 'The site to remove.',
  fields: (t) => ({
    siteId: t.id({ required: true, description: 'The site, such as "Site:1".' }),
  }),
});

interface RemovedSite {
  siteId: number;
  name: string;
  url: string;
}

const RemoveSitePayload = builder.objectRef<RemovedSite>('RemoveSitePayload').implement({
  description: 'The site was removed.',
  fields: (t) => ({
    siteId: t.id({
      description: 'The id that the site had.',
      resolve: ({ siteId }) => writeId('Site', siteId),
    }),
    name: t.exposeString('name', { description: 'The name it was shown under.' }),
    url: t.exposeString('url', { description: 'Where it is; it can be added again.' }),
  }),
});

builder.mutationField('removeSite', (t) =>
  t.field({
    type: RemoveSitePayload,
    description:
      'Removes a site from here with its mirror and the record of its runs; the run under way is called off first. Nothing changes on the site itself.',
    args: { input: t.arg({ type: RemoveSiteInput, required: true, description: 'The site to remove.' }) },
    errors: {
      types: [SiteNotFoundError, SiteBusyError],
      union: { name: 'RemoveSiteResult', description: 'The site that was removed, or why it was not.' },
    },
    resolve: async (_root, { input }, context) => {
      const [siteId] = readId('Site', input.siteId, 'int');
      const site = await context.services.removeSite(siteId);
      context.loaders = createLoaders(context.database);
      return { siteId, ...site };
    },
  }),
);
