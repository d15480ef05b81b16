const MAX_ENTRIES = 500;
const MAX_TEXT_LENGTH = 20_000;

/**
 * What Yoga remembers of documents, by their text: the least recently used goes first. Its own cache keeps a
 * thousand texts of any length, which is a gigabyte of other people's comments.
 */
export function createDocumentCache<Value>() {
  const entries = new Map<string, Value>();
  return {
    get(text: string): Value | undefined {
      const value = entries.get(text);
      if (value === undefined) return undefined;
      entries.delete(text);
      entries.set(text, value);
      return value;
    },
    set(text: string, value: Value): void {
      if (text.length > MAX_TEXT_LENGTH) return;
      entries.set(text, value);
      const [oldest] = entries.keys();
      if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
    },
  };
}
