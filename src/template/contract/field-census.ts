import { UnreadableRecord } from '../json/parse-records.ts';
import type { JsonType, KnownFields } from './known-fields.ts';

/** In the order of their counters. */
const KINDS = ['null', 'text', 'number', 'boolean', 'list', 'object'] as const;
const LIST = 4;

/** Names are the site's to choose: so many that the contract does not know are counted, and so much of each is held. */
const UNKNOWN_NAMES_AT_MOST = 100;
const NAME_CHARACTERS = 100;

/**
 * Counts which fields the records of a list have, and of which JSON type: names and numbers, never a value. A record
 * costs some 100 ns, since a field is expected where it stood in the record before and looked up only where it is not.
 */
export class FieldCensus {
  readonly known: KnownFields;
  /** Censuses of the objects in lists, by the name of the list. */
  readonly nested: ReadonlyMap<string, FieldCensus>;
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #counts: Uint32Array;
  #unknownNames = 0;
  #records = 0;

  constructor(known: KnownFields) {
    this.known = known;
    const lists = Object.entries(known).flatMap(([name, { items }]) =>
      items === null ? [] : [[name, new FieldCensus(items)] as const],
    );
    this.nested = new Map(lists);
    this.#counts = new Uint32Array((Object.keys(known).length + UNKNOWN_NAMES_AT_MOST) * KINDS.length);
  }

  /** How many records were counted. */
  get records(): number {
    return this.#records;
  }

  /** Every name that came, the long ones shortened, in no order that means anything. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Takes note of a record's fields; what is no object has none. */
  count(record: unknown): void {
    if (!isRecord(record)) return;
    this.#records++;
    let expected = 0;
    for (const name in record) {
      const index = this.#names[expected] === name ? expected : this.#indexOf(name);
      if (index === null) continue;
      const value = record[name];
      const kind = kindOf(value);
      const counter = index * KINDS.length + kind;
      this.#counts[counter] = (this.#counts[counter] ?? 0) + 1;
      if (kind === LIST) this.#countItems(name, value);
      expected = index + 1;
    }
  }

  /** Whether any record had the field, be it null. */
  has(name: string): boolean {
    return this.#indexes.has(name);
  }

  /** The type that most values of a field have, `preferred` among equals; null where there is no value. */
  typeOf(name: string, preferred?: JsonType): JsonType | null {
    const index = this.#indexes.get(name);
    if (index === undefined) return null;
    let most: JsonType | null = null;
    let mostCount = 0;
    for (const [kind, type] of KINDS.entries()) {
      const count = this.#counts[index * KINDS.length + kind] ?? 0;
      if (type === 'null' || count === 0) continue;
      if (count > mostCount || (count === mostCount && type === preferred)) {
        most = type;
        mostCount = count;
      }
    }
    return most;
  }

  #countItems(name: string, value: unknown): void {
    const items = this.nested.get(name);
    if (items === undefined || !Array.isArray(value)) return;
    for (const item of value) items.count(item);
  }

  /** Null for an unknown name too many. */
  #indexOf(name: string): number | null {
    const held = name.length <= NAME_CHARACTERS ? name : shorten(name);
    const index = this.#indexes.get(held);
    if (index !== undefined) return index;
    if (!Object.hasOwn(this.known, held) && ++this.#unknownNames > UNKNOWN_NAMES_AT_MOST) return null;
    this.#indexes.set(held, this.#names.length);
    return this.#names.push(held) - 1;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof UnreadableRecord);

/** Place in KINDS. */
function kindOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 1;
    case 'number':
      return 2;
    case 'boolean':
      return 3;
    default:
      return value === null ? 0 : Array.isArray(value) ? LIST : 5;
  }
}

/** Copied by way of bytes: a slice would hold the whole name, which may be a megabyte long. */
const shorten = (name: string): string => `${Buffer.from(name.slice(0, NAME_CHARACTERS - 1)).toString()}…`;
