/** A piece of SQL whose values stay apart from its text, so that nothing a client sends becomes SQL. */
export interface Sql {
  readonly texts: readonly string[];
  readonly values: readonly unknown[];
}

/** A template whose `${…}` become parameters; pieces made with `sql` or `raw` are spliced in. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  const texts = [strings[0] ?? ''];
  const values: unknown[] = [];
  for (const [index, part] of parts.entries()) {
    const after = strings[index + 1] ?? '';
    if (isSql(part)) {
      const [first = '', ...rest] = part.texts;
      texts.push((texts.pop() ?? '') + first, ...rest);
      texts.push((texts.pop() ?? '') + after);
      values.push(...part.values);
    } else {
      values.push(part);
      texts.push(after);
    }
  }
  return { texts, values };
}

/** Text of our own, never of a client: a name, a type, a direction. */
export const raw = (text: string): Sql => ({ texts: [text], values: [] });

/** `a AND b AND c` */
export function join(parts: readonly Sql[], separator: string): Sql {
  const [first, ...rest] = parts;
  return rest.reduce((whole, part) => sql`${whole}${raw(separator)}${part}`, first ?? raw(''));
}

/** What pg takes: `$1`, `$2`, … and their values. */
export function toQuery(statement: Sql): { text: string; values: unknown[] } {
  const text = statement.texts.reduce((whole, part, index) => `${whole}$${index}${part}`);
  return { text, values: [...statement.values] };
}

const isSql = (part: unknown): part is Sql =>
  typeof part === 'object' && part !== null && 'texts' in part && 'values' in part;
