import { field, report, type Field } from './field.ts';
import { readText } from './text.ts';
import type { Sourced } from './words.ts';

/** The year a work was made in, which the site keeps as free text, and that text. */
export function year(): Field<Sourced<number | null>> {
  return field((value, payload) => {
    const source = readText(value, payload, 'shown', 1_000)?.trim() ?? '';
    if (source === '') return { value: null, source: null };
    const found = yearsIn(source);
    const [only] = found;
    if (only === undefined || found.size > 1) {
      report(payload, value, 'YEAR_UNREADABLE', 'Expected one year from 1000 to 2100; kept as text only.');
      return { value: null, source };
    }
    if (source.length > 4)
      report(payload, value, 'YEAR_INTERPRETED', `Expected a year alone; read as ${only}.`);
    return { value: only, source };
  });
}

/** Numbers of exactly four digits that can be a year. */
function yearsIn(text: string): Set<number> {
  const numbers = (text.match(/\d+/g) ?? []).filter((digits) => digits.length === 4).map(Number);
  return new Set(numbers.filter((number) => number >= 1000 && number <= 2100));
}
