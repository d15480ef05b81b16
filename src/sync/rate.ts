/** So many rows had come at this time, in milliseconds. */
interface Mark {
  readonly at: number;
  readonly rows: number;
}

/** What the rate is measured from, and the mark that takes its place once it is old enough. */
export interface Meter {
  readonly from: Mark;
  readonly next: Mark;
}

const WINDOW_MS = 5_000;

export const startMeter = (mark: Mark): Meter => ({ from: mark, next: mark });

/** Moves on, so that a rate is that of the last five to ten seconds; begins anew where rows are counted anew. */
export function moveMeter(meter: Meter, mark: Mark): Meter {
  if (mark.rows < meter.from.rows) return startMeter(mark);
  return mark.at - meter.next.at < WINDOW_MS ? meter : { from: meter.next, next: mark };
}

/** Rows a second, to a tenth; null while no time has passed. */
export function rateSince(from: Mark, to: Mark): number | null {
  const ms = to.at - from.at;
  return ms <= 0 ? null : Math.round(((to.rows - from.rows) / ms) * 10_000) / 10;
}

/** Whole seconds, upwards; null while that cannot be told. */
export function secondsFor(rows: number, rowsPerSecond: number | null): number | null {
  if (rows <= 0) return 0;
  return rowsPerSecond === null || rowsPerSecond <= 0 ? null : Math.ceil(rows / rowsPerSecond);
}
