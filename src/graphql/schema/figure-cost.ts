import type { FieldArguments } from '../limits/measure.ts';
import { MAX_DAYS } from './calendar-period.ts';

/** Currencies that a figure over several sites is thought to come in. */
const USUAL_CURRENCIES = 4;

/**
 * What a figure over days costs beside its values: it reads the orders of those days. Of 100 sites with 200 orders a
 * year each that is 15 to 25 ms for a year, and counts 812 over all sites; see docs/decisions/012.
 */
export const costOfDays = (days: number): number => 20 + Math.ceil(days / 2);

/** The same of a figure that reads the lines of those orders, too: 60 to 80 ms of that year for each currency. */
export const costOfLines = (days: number): number => 6 * costOfDays(days);

/** The same of a figure that reads all earlier orders, or all paintings. */
export const costOfAll = costOfDays(MAX_DAYS);

/** How many entries a figure over sites has, one for each currency. */
export function currenciesAtMost({ siteIds }: FieldArguments): number {
  return Array.isArray(siteIds) ? Math.min(siteIds.length, USUAL_CURRENCIES) : USUAL_CURRENCIES;
}
