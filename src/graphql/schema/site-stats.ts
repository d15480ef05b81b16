import { builder } from '../builder.ts';
import { readFreshness } from '../freshness.ts';
import { readKey } from '../global-ids.ts';
import { Freshness } from './freshness.ts';
import { Money, siteMoney } from './money.ts';

const counted = (what: string) => ({
  nullable: true as const,
  description: `How many ${what} the site says it has; null where it does not say.`,
});

builder.prismaNode('SiteStats', {
  description: 'What a site says about itself. The mirror may hold other numbers: compare them.',
  nullable: true,
  id: { resolve: (stats) => String(stats.siteId) },
  findUnique: (key) => ({ siteId: readKey('SiteStats', key, 'int')[0] }),
  fields: (t) => ({
    paintings: t.exposeInt('paintings', counted('paintings')),
    users: t.exposeInt('users', counted('users')),
    orders: t.exposeInt('orders', counted('orders')),
    exhibitions: t.exposeInt('exhibitions', counted('exhibitions')),
    customRequests: t.exposeInt('customRequests', counted('custom requests')),
    deliveredOrders: t.exposeInt('deliveredOrders', counted('delivered orders')),
    totalRevenue: t.field({
      type: Money,
      nullable: true,
      description: 'The revenue the site says it made; null where it does not say.',
      resolve: ({ siteId, totalRevenue }, _args, context) =>
        totalRevenue === null ? null : siteMoney(context, siteId, totalRevenue),
    }),
    observedAt: t.expose('observedAt', { type: 'DateTime', description: 'When the site was asked.' }),
    freshness: t.field({
      type: Freshness,
      description: 'How far this can be trusted: whether the site could be asked since.',
      // The row was read before: what is known since then is not of it.
      resolve: async ({ siteId, observedAt }, _args, context) => ({
        ...(await readFreshness(context, { entities: ['STATS'], sites: siteId })),
        asOf: observedAt,
      }),
    }),
  }),
});

builder.prismaObjectField('Site', 'stats', (t) =>
  t.relation('stats', {
    nullable: true,
    description: 'What the site last said about itself; null before the first sync.',
    extensions: { columns: [] },
  }),
);
