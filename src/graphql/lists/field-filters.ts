import { badInput } from '../errors.ts';
import { readId } from '../global-ids.ts';
import { type Condition, type FieldFilter, MAX_VALUES } from './filter.ts';
import { type Sql, raw, sql } from './sql.ts';
import { type Table, column, from } from './table.ts';

/** A number, a day, a moment, a truth or one of an enum: `cast` is its type in PostgreSQL. */
export const comparing =
  (field: string, cast: string): FieldFilter =>
  (condition) => {
    const compared = (operator: string, value: unknown) =>
      value == null ? [] : [sql`${column(field)} ${raw(operator)} ${parameter(value)}::${raw(cast)}`];
    return [
      ...compared('=', condition.equals),
      ...(condition.in == null
        ? []
        : [sql`${column(field)} = ANY(${checked(condition.in).map(parameter)}::${raw(cast)}[])`]),
      ...compared('>', condition.gt),
      ...compared('>=', condition.gte),
      ...compared('<', condition.lt),
      ...compared('<=', condition.lte),
      ...nullness(field, condition),
    ];
  };

/** An array of an enum: what is asked for must be in it. */
export const hasOne =
  (field: string, cast: string): FieldFilter =>
  (condition) =>
    given(condition).map((values) => sql`${column(field)} && ${values.map(parameter)}::${raw(cast)}[]`);

/** How many characters of a text an index of it holds: its rows have a largest size. */
const INDEXED = raw('100');

/** The part of a text that its index holds. */
const startOf = (field: string): Sql => sql`left(${column(field)}, ${INDEXED})`;

/** A text as it stands. */
export const exactText =
  (field: string): FieldFilter =>
  (condition) => [
    ...given(condition).map((values) => {
      const texts = values.map(parameter);
      const starts = texts.map((text) => [...text].slice(0, 100).join(''));
      return sql`(${startOf(field)} = ANY(${starts}::text[]) AND ${column(field)} = ANY(${texts}::text[]))`;
    }),
    ...(condition.isNull == null
      ? []
      : [sql`${startOf(field)} IS ${raw(condition.isNull ? 'NULL' : 'NOT NULL')}`]),
  ];

/** A text of which there are few different ones: `contains` takes no notice of accents and capitals. */
export const textFilter =
  (field: string, table: Table): FieldFilter =>
  (condition) => [
    ...exactText(field)(condition),
    ...(condition.contains == null ? [] : [contains(field, table, condition.contains)]),
  ];

/**
 * Looks for the text among the values there are: steps from one value of the index to the next. A value as long as
 * what is indexed of it may go on, so the rows' own texts are looked at too.
 */
function contains(field: string, table: Table, text: string): Sql {
  if (!/[\p{L}\p{N}]/u.test(text) || text.length > 100) {
    throw badInput('Expected `contains` with a letter or a digit in it, and at most 100 characters.');
  }
  const start = startOf(field);
  const rows = from(table);
  const holds = (value: Sql) => sql`strpos(fold(${value}), fold(${parameter(text)}::text)) > 0`;
  return sql`(${start} = ANY(ARRAY(
    WITH RECURSIVE known(value) AS (
      (SELECT ${start} FROM ${rows} WHERE ${start} IS NOT NULL ORDER BY ${start} LIMIT 1)
      UNION ALL
      SELECT (SELECT ${start} FROM ${rows} WHERE ${start} > known.value ORDER BY ${start} LIMIT 1)
      FROM known WHERE known.value IS NOT NULL
    )
    SELECT value FROM known WHERE ${holds(raw('value'))} OR length(value) = ${INDEXED}
  )) AND ${holds(column(field))})`;
}

/** Rows in whose texts, the two that the index has, each word of the search begins a word, whatever its accents, capitals and French ending. */
export function matching(
  [first, second]: readonly [string, string],
  search: string | null | undefined,
): Sql[] {
  if (search == null) return [];
  const words = wordsOf(search);
  if (words.length === 0 || words.length > 10 || search.length > MAX_SEARCH_LENGTH) {
    throw badInput(
      `Expected \`search\` with 1 to 10 words and at most ${MAX_SEARCH_LENGTH} characters, got ${words.length} words and ${search.length} characters.`,
    );
  }
  // The words come by a query of their own, so that the plan does not depend on them: for frequent ones PostgreSQL
  // would read the words of all rows, which takes 40 times as long as to look them up.
  return [sql`search_words(${column(first)}, ${column(second)}) @@ (SELECT search_query(${words}::text[]))`];
}

const MAX_SEARCH_LENGTH = 200;

/** The words of a search, as far as it may be long. */
export const wordsOf = (search: string): string[] =>
  search
    .slice(0, MAX_SEARCH_LENGTH)
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');

/** The id of another object, of which the row keeps the key in these columns. */
export const siteFilter: FieldFilter = (condition) => {
  const ids = given(condition).map((values) => values.map((id) => readId('Site', String(id), 'int')[0]));
  // Equality with one site leaves an index that begins with the site in its order.
  return ids.map((of) =>
    of.length === 1 ? sql`${column('siteId')} = ${of[0]}::int` : sql`${column('siteId')} = ANY(${of}::int[])`,
  );
};

/** The same for a record of the same site: `rows` is the condition for one `key(site_id, source_id)`. */
export const recordFilter =
  (typename: string, rows: Sql): FieldFilter =>
  (condition) =>
    given(condition).map((values) => {
      const keys = values.map((id) => readId(typename, String(id), 'int', 'bigint'));
      const siteIds = keys.map(([siteId]) => siteId);
      // As text, because what is asked of a nested list becomes JSON, which has no bigint.
      const sourceIds = keys.map(([, sourceId]) => String(sourceId));
      return sql`(t.site_id, t.source_id) IN (SELECT record.site_id, record.source_id
        FROM unnest(${siteIds}::int[], ${sourceIds}::bigint[]) AS key(site_id, source_id)
        CROSS JOIN LATERAL (${rows} OFFSET 0) AS record)`;
    });

/** The values of `equals` and of `in`: one of each must hold. */
const given = (condition: Condition): (readonly unknown[])[] => [
  ...(condition.equals == null ? [] : [[condition.equals]]),
  ...(condition.in == null ? [] : [checked(condition.in)]),
];

const nullness = (field: string, { isNull }: Condition): Sql[] =>
  isNull == null ? [] : [sql`${column(field)} IS ${raw(isNull ? 'NULL' : 'NOT NULL')}`];

function checked(values: readonly unknown[]): readonly unknown[] {
  if (values.length <= MAX_VALUES) return values;
  throw badInput(`Expected at most ${MAX_VALUES} values in \`in\`, got ${values.length}.`);
}

/** A value as text that PostgreSQL reads exactly. */
function parameter(value: unknown): string {
  if (value instanceof Date) {
    if (value.getUTCFullYear() < 1) throw badInput('Expected a date from the year 1 on.');
    return value.toISOString();
  }
  const text = String(value);
  if (text.includes('\0')) throw badInput('Expected a text without the character NUL.');
  return text;
}
