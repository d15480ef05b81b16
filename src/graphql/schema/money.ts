import type { Prisma } from '../../db/generated/prisma/client.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';

interface MoneyValue {
  amount: Prisma.Decimal;
  currency: string;
}

export const Money = builder.objectRef<MoneyValue>('Money').implement({
  description: 'An amount of money.',
  fields: (t) => ({
    amount: t.expose('amount', { type: 'Decimal', description: 'The exact amount, such as "89.90".' }),
    currency: t.exposeString('currency', {
      description:
        'The currency as three letters of ISO 4217, such as "EUR". Sites do not name one: it is set for each site.',
    }),
  }),
});

/** An amount in the currency of its site. */
export async function siteMoney(
  context: Context,
  siteId: number,
  amount: Prisma.Decimal,
): Promise<MoneyValue> {
  return { amount, currency: (await context.loaders.site.load(siteId)).currency };
}
