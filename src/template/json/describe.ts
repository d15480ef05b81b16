import { parseLenient } from './parse-records.ts';

/** What came, in words that hold nothing of it: "null", "a number", "a list", "text". */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return (
    { string: 'text', number: 'a number', boolean: 'true or false' }[String(typeof value)] ?? 'something else'
  );
}

/** "1 record", "12 records" */
export function countRecords(count: number): string {
  return `${count} ${count === 1 ? 'record' : 'records'}`;
}

/** What a body that is not an object is. */
export function describeText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'an empty body';
  if (trimmed.startsWith('<')) return 'an HTML page';
  const parsed = parseLenient(trimmed);
  if (parsed === undefined) return 'text that is not JSON';
  return parsed === null ? 'null' : `${kindOf(parsed)} alone`;
}
