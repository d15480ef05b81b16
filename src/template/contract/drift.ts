import type { Generation } from './envelope.ts';
import type { FieldCensus } from './field-census.ts';
import type { JsonType, KnownField } from './known-fields.ts';
import { isSecretValue, mask } from './secret.ts';

type DriftKind = 'UNKNOWN_FIELD' | 'VANISHED' | 'TYPE_CHANGED';

/** One departure of a site's records from the contract. */
export interface Drift {
  kind: DriftKind;
  /** The field: `price`, `items[].quantity`. A name of the site's own is shortened, and without control characters. */
  path: string;
  /** The type that the contract knows; null for a field that it does not know. */
  expected: JsonType | null;
  /** The type that most values have; null where there is none. */
  found: JsonType | null;
}

/** What the records of a list say about the contract. */
export interface DriftReport {
  found: Drift[];
  /** Whether the records tell that a departure of before is over; those of a part of a list never do. */
  isOver: (before: Pick<Drift, 'kind' | 'path'>) => boolean;
}

interface Extent {
  /** Null where the answer is the same in both. */
  generation: Generation | null;
  /** Whether all records of the list were counted: only then can a field be said to be missing. */
  isWhole: boolean;
}

/**
 * Compares what came with what the contract knows. A single odd value is the affair of its record's issues: here the
 * majority counts, and null is no type.
 */
export function driftOf(census: FieldCensus, extent: Extent): DriftReport {
  const found = new Map<string, Drift>();
  const untold = new Set<string>();
  const emptyLists: string[] = [];
  examine(census, '', extent, {
    find: (drift) => found.set(keyOf(drift), drift),
    leaveOpen: (drift) => untold.add(keyOf(drift)),
    leaveListOpen: (path) => emptyLists.push(path),
  });
  return {
    found: [...found.values()].toSorted(byWeight),
    isOver: (before) =>
      extent.isWhole &&
      !found.has(keyOf(before)) &&
      !untold.has(keyOf(before)) &&
      !emptyLists.some((path) => before.path.startsWith(path)),
  };
}

interface Findings {
  find: (drift: Drift) => void;
  leaveOpen: (drift: Pick<Drift, 'kind' | 'path'>) => void;
  leaveListOpen: (path: string) => void;
}

function examine(census: FieldCensus, parent: string, extent: Extent, findings: Findings): void {
  // Nothing is concluded from nothing.
  if (census.records === 0) {
    findings.leaveListOpen(parent);
    return;
  }
  for (const [name, field] of Object.entries(census.known)) {
    const path = `${parent}${name}`;
    const found = census.typeOf(name, field.type);
    if (census.has(name)) {
      const change = { kind: 'TYPE_CHANGED', path, expected: field.type, found } as const;
      if (found === null) findings.leaveOpen(change);
      else if (found !== field.type) findings.find(change);
    } else if (extent.isWhole && isPromised(field, extent)) {
      findings.find({ kind: 'VANISHED', path, expected: field.type, found: null });
    }
  }
  for (const name of census.names) {
    if (Object.hasOwn(census.known, name)) continue;
    const path = `${parent}${shownName(name)}`;
    findings.find({ kind: 'UNKNOWN_FIELD', path, expected: null, found: census.typeOf(name) });
  }
  for (const [name, items] of census.nested) examine(items, `${parent}${name}[].`, extent, findings);
}

const isPromised = (field: KnownField, { generation }: Extent): boolean =>
  field.generation === null || field.generation === generation;

/** Control, format and private characters, unassigned ones and lone surrogates are not shown. */
function shownName(name: string): string {
  if (name === '') return '""';
  return isSecretValue(name) ? mask : name.replaceAll(/\p{C}/gu, '\u{FFFD}');
}

const keyOf = ({ kind, path }: Pick<Drift, 'kind' | 'path'>): string => `${kind} ${path}`;

/** Known fields before those that a site may have made up; otherwise by name, so that the order of columns is nothing. */
const byWeight = (a: Drift, b: Drift): number =>
  Number(a.kind === 'UNKNOWN_FIELD') - Number(b.kind === 'UNKNOWN_FIELD') || (a.path < b.path ? -1 : 1);
