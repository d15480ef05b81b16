import type { Generation, RecordKind } from '../records/record.ts';

/** What stands before and after the rows of a list. */
export interface Envelope {
  readonly open: string;
  readonly close: string;
}

export function envelopeOf(kind: RecordKind, generation: Generation, count: number): Envelope {
  if (generation === 'v1') return { open: `{"count":${count},"data":[`, close: '],"success":true}\n' };
  const counted = kind.hasCount ? `"count":${count},` : '';
  return { open: `{${counted}"${kind.table}":[`, close: ']}\n' };
}
