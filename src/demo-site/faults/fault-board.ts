import { Fault, type Endpoint, type FaultInput, type FaultKind } from './kinds.ts';

export type FaultTarget = Endpoint | '*';

/** A fault that is on, with what it has done so far. */
interface ActiveFault {
  readonly endpoint: FaultTarget;
  readonly fault: Fault;
  /** Requests that met it, spoiled or not. */
  readonly seen: number;
  /** Requests it spoiled. */
  readonly spoiled: number;
}

/** Switches faults while the site runs. */
export interface FaultBoard {
  /** Makes these the only faults of an endpoint, or of all (`*`). */
  set(endpoint: FaultTarget, fault: FaultInput | readonly FaultInput[]): void;
  /** Adds a fault to those of an endpoint; several work together where they can. */
  add(endpoint: FaultTarget, fault: FaultInput): void;
  /** Clears an endpoint, or everything. */
  clear(endpoint?: FaultTarget, kind?: FaultKind): void;
  list(): ActiveFault[];
}

export interface FaultWatch extends FaultBoard {
  /** The faults this one request meets; counting it is part of the call. Faults on one endpoint come first. */
  meet(endpoint: Endpoint): Fault[];
}

type Entry = { -readonly [Field in keyof ActiveFault]: ActiveFault[Field] };

export function createFaultBoard(): FaultWatch {
  let entries: Entry[] = [];

  const add = (endpoint: FaultTarget, fault: FaultInput) => {
    entries.push({ endpoint, fault: Fault.parse(fault), seen: 0, spoiled: 0 });
  };

  return {
    add,
    set(endpoint, fault) {
      entries = entries.filter((entry) => entry.endpoint !== endpoint);
      for (const one of [fault].flat()) add(endpoint, one);
    },
    clear(endpoint, kind) {
      entries = entries.filter(
        (entry) =>
          (endpoint !== undefined && entry.endpoint !== endpoint) ||
          (kind !== undefined && entry.fault.kind !== kind),
      );
    },
    list: () => entries.map((entry) => ({ ...entry })),
    meet(endpoint) {
      const own = entries.filter((entry) => entry.endpoint === endpoint);
      const common = entries.filter((entry) => entry.endpoint === '*');
      return [...own, ...common].filter((entry) => bites(entry)).map((entry) => entry.fault);
    },
  };
}

function bites(entry: Entry): boolean {
  const { fault } = entry;
  entry.seen += 1;
  if (entry.seen < fault.after) return false;
  if (fault.times !== undefined && entry.spoiled >= fault.times) return false;
  if (fault.kind === 'leaking-pool' && entry.seen - fault.after < fault.works) return false;
  entry.spoiled += 1;
  return true;
}
