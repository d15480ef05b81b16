/**
 * The values of an answer in a form in which two servers can be compared: amounts and long ids as numbers, moments as
 * milliseconds, `{amount}` as the amount alone. Cursors are each server's own.
 */
export function rowsIn(value: unknown): unknown {
  if (typeof value === 'string') return plain(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(rowsIn);
  const entries = Object.entries(value).filter(([name]) => name !== 'endCursor');
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'amount') return rowsIn(first[1]);
  return Object.fromEntries(entries.map(([name, inner]) => [name, rowsIn(inner)]));
}

function plain(text: string): string | number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text).getTime() : text;
}
