import { field, report, type Field } from './field.ts';
import type { IssueCode } from './issues.ts';
import { readText } from './text.ts';

/** A word of the site's own beside the value it stands for. */
export interface Sourced<T> {
  value: T;
  source: string | null;
}

export interface Vocabulary<T> {
  /** The site's word, exactly as its release writes it. */
  words: ReadonlyMap<string, T>;
  unknown: T;
  /** What no word at all (null, "" or missing) means. */
  missing: T;
  codes: { normalised: IssueCode; unknown: IssueCode; missing: IssueCode };
}

/** One of a few words; the same but for case, accents and white space is read as it and reported. */
export function word<T>(vocabulary: Vocabulary<T>): Field<Sourced<T>> {
  const { words, codes } = vocabulary;
  const plain = new Map([...words].map(([text, value]) => [toPlain(text), value]));
  const expected = `Expected ${[...words.keys()].join(', ')}`;
  return field((value, payload) => {
    const source = readText(value, payload, 'shown', 1_000);
    if (source === null) {
      if (payload.issues.length === 0) report(payload, value, codes.missing, `${expected}, got none.`);
      return { value: vocabulary.missing, source };
    }
    const exact = words.get(source);
    if (exact !== undefined) return { value: exact, source };
    const close = plain.get(toPlain(source));
    if (close !== undefined) {
      report(payload, value, codes.normalised, `${expected}; read as ${String(close)}.`);
      return { value: close, source };
    }
    report(payload, value, codes.unknown, `${expected}; kept as unknown.`);
    return { value: vocabulary.unknown, source };
  });
}

function toPlain(text: string): string {
  return text
    .trim()
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
}

export const statusCodes = {
  normalised: 'STATUS_NORMALISED',
  unknown: 'STATUS_UNKNOWN',
  missing: 'STATUS_UNKNOWN',
} as const;
