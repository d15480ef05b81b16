import { core } from 'zod';
import type { IssueCode } from './issues.ts';

/** What a field's reader reports to: its own list of issues, empty at first; zod adds the path. */
export type Payload = core.ParsePayload;

/**
 * A field as zod sees it: any value in, what the mirror keeps out, findings on the way. Zod's core type, since its
 * classic `z.transform` costs six times as much a field.
 */
export type Field<T> = core.$ZodTransform<T, unknown>;

export function field<T>(read: (value: unknown, payload: Payload) => T): Field<T> {
  // The constructor's type knows no output type; zod's own z.transform asserts it in the same way.
  return new core.$ZodTransform({ type: 'transform', transform: read }) as Field<T>;
}

/** What zod carries from a field's reader to the row's issues. */
export class Finding {
  readonly code: IssueCode;
  /** Whether the value may be shown: never for a person's data. */
  readonly shown: boolean;

  constructor(code: IssueCode, shown: boolean) {
    this.code = code;
    this.shown = shown;
  }
}

/** Reports a finding; whether it keeps the row out is decided later, by its code. */
export function report(
  payload: Payload,
  value: unknown,
  code: IssueCode,
  message: string,
  shown = true,
): void {
  const params = { finding: new Finding(code, shown) };
  payload.issues.push({ code: 'custom', input: value, path: [], message, continue: true, params });
}
