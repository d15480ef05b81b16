import type { Entity, EntityRunStatus, RunStatus } from '../db/generated/prisma/enums.ts';
import { moveMeter, rateSince, secondsFor, startMeter, type Meter } from './rate.ts';
import type { SyncEvent, Tally } from './sync-event.ts';

/** What a run did with one entity. Counters are rows. */
export interface EntityCounters extends Readonly<Tally> {
  readonly entity: Entity;
  readonly status: EntityRunStatus;
  /** Rows the site says it holds; null where it does not say. */
  readonly expected: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** Where one entity of a run stands. */
export interface EntityProgress extends EntityCounters {
  /** Of the last seconds while it runs, of the whole time once it has ended; null while that cannot be told. */
  readonly rowsPerSecond: number | null;
  /** 0 once it has ended; null while that cannot be told. */
  readonly secondsLeft: number | null;
}

/** Where a run stands. */
export interface SyncProgress {
  readonly runId: string;
  readonly siteId: number;
  /** Of the newest event in it. */
  readonly sequence: number;
  readonly status: RunStatus;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly rowsPerSecond: number | null;
  /** For the rows that are expected and have not come; what the site gives no total of is left out. */
  readonly secondsLeft: number | null;
  readonly entities: readonly EntityProgress[];
  /** What the rate is measured by. */
  readonly meter: Meter;
}

/**
 * The state of a run after an event: the one place where that is told, for server, command line and browser. Pure,
 * and without imports but of its kind. The events of a run come in order; the first has no state before it.
 */
export function reduceProgress(before: SyncProgress | null, told: SyncEvent): SyncProgress {
  const { sequence, at, event } = told;
  if (event.kind === 'RUN_REQUESTED') return requested(told, event);
  if (before === null) throw new TypeError(`Expected RUN_REQUESTED as the first event, got ${event.kind}`);
  const state = { ...before, sequence };
  switch (event.kind) {
    case 'RUN_BEGAN': {
      const meter = startMeter({ at: at.getTime(), rows: rowsOf(state) });
      return { ...state, status: 'RUNNING', startedAt: state.startedAt ?? at, meter };
    }
    case 'RUN_WIDENED': {
      const known = new Map(state.entities.map((entity) => [entity.entity, entity]));
      return { ...state, entities: event.entities.map((entity) => known.get(entity) ?? pending(entity)) };
    }
    case 'TOTALS_TOLD':
      return measured(
        changeEntities(state, ({ entity, status, expected }) =>
          status === 'PENDING' ? { expected: event.expected[entity] ?? expected } : {},
        ),
        at,
      );
    case 'ENTITY_BEGAN':
      return measured(
        changeEntity(state, event.entity, {
          ...event.counters,
          status: 'RUNNING',
          expected: event.expected,
          startedAt: at,
          endedAt: null,
          errorCode: null,
          errorMessage: null,
        }),
        at,
      );
    case 'PAGE_COMMITTED':
      return measured(changeEntity(state, event.entity, event.counters), at);
    case 'ENTITY_ENDED': {
      const { entity, status, errorCode, errorMessage } = event;
      return measured(changeEntity(state, entity, { status, errorCode, errorMessage, endedAt: at }), at);
    }
    case 'RUN_ENDED': {
      const { status, errorCode, errorMessage } = event;
      const ended = changeEntities({ ...state, status, errorCode, errorMessage, endedAt: at }, (entity) =>
        entity.endedAt === null ? { status: 'CANCELLED', endedAt: at } : {},
      );
      return measured(ended, at);
    }
  }
}

function requested(
  { runId, sequence, at }: SyncEvent,
  { siteId, entities }: { siteId: number; entities: readonly Entity[] },
): SyncProgress {
  return {
    runId,
    siteId,
    sequence,
    status: 'QUEUED',
    errorCode: null,
    errorMessage: null,
    requestedAt: at,
    startedAt: null,
    endedAt: null,
    rowsPerSecond: null,
    secondsLeft: null,
    entities: entities.map(pending),
    meter: startMeter({ at: at.getTime(), rows: 0 }),
  };
}

/** The counters of an entity that has not begun. */
export const noCounters: Readonly<Tally> = {
  pages: 0,
  received: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  normalised: 0,
  duplicates: 0,
  tombstoned: 0,
  held: 0,
};

const pending = (entity: Entity): EntityProgress => ({
  entity,
  status: 'PENDING',
  expected: null,
  ...noCounters,
  errorCode: null,
  errorMessage: null,
  startedAt: null,
  endedAt: null,
  rowsPerSecond: null,
  secondsLeft: null,
});

const changeEntities = (
  state: SyncProgress,
  change: (entity: EntityProgress) => Partial<EntityProgress>,
): SyncProgress => ({
  ...state,
  entities: state.entities.map((entity) => ({ ...entity, ...change(entity) })),
});

const changeEntity = (state: SyncProgress, entity: Entity, change: Partial<EntityProgress>): SyncProgress =>
  changeEntities(state, (one) => (one.entity === entity ? change : {}));

/** With rates and times left, as of this time. Entities are read one after the other, at the rate of the run. */
function measured(state: SyncProgress, at: Date): SyncProgress {
  const now = { at: at.getTime(), rows: rowsOf(state) };
  const meter = moveMeter(state.meter, now);
  const running = state.endedAt === null;
  const from = running ? meter.from : { at: (state.startedAt ?? at).getTime(), rows: 0 };
  const rowsPerSecond = rateSince(from, now);
  const entities = state.entities.map((entity) => withForecast(entity, rowsPerSecond));
  const known = entities.filter(({ expected }) => expected !== null);
  const left = known.reduce((sum, entity) => sum + rowsLeft(entity), 0);
  const secondsLeft = !running ? 0 : known.length === 0 ? null : secondsFor(left, rowsPerSecond);
  return { ...state, meter, rowsPerSecond, secondsLeft, entities };
}

function withForecast(entity: EntityProgress, rateOfRun: number | null): EntityProgress {
  const { status, expected, received, startedAt, endedAt } = entity;
  if (endedAt !== null) {
    const rowsPerSecond =
      startedAt === null
        ? null
        : rateSince({ at: startedAt.getTime(), rows: 0 }, { at: endedAt.getTime(), rows: received });
    return { ...entity, rowsPerSecond, secondsLeft: 0 };
  }
  if (status !== 'RUNNING') return entity;
  const secondsLeft = expected === null ? null : secondsFor(rowsLeft(entity), rateOfRun);
  return { ...entity, rowsPerSecond: rateOfRun, secondsLeft };
}

const rowsOf = ({ entities }: SyncProgress): number =>
  entities.reduce((sum, { received }) => sum + received, 0);

const rowsLeft = ({ expected, received, endedAt }: EntityProgress): number =>
  endedAt === null ? Math.max(0, (expected ?? 0) - received) : 0;
