import { z } from 'zod';
import type { Validated, ValidateOptions } from './issues.ts';
import { given, type KnownFieldsOf } from './known-fields.ts';
import { sourceId } from './numbers.ts';
import { expectedText, longTextField, shortText } from './text.ts';
import { optionalTime } from './times.ts';
import { validateRow } from './validate.ts';
import { statusCodes, word } from './words.ts';

const status = word({
  words: new Map([['En attente', 'PENDING']] as const),
  unknown: 'UNKNOWN' as const,
  missing: 'UNKNOWN' as const,
  codes: statusCodes,
});

/** `GET /api/export/custom-requests`, or the table of that name in `full`. */
const CustomRequestRow = z.object({
  id: sourceId(),
  client_name: expectedText('NAME_MISSING', 'personal'),
  client_email: shortText('personal'),
  client_phone: shortText('personal'),
  description: longTextField(),
  project_type: shortText('personal'),
  budget: shortText('personal'),
  dimensions: shortText('personal'),
  deadline: shortText('personal'),
  reference_images: longTextField(),
  admin_notes: longTextField(),
  status,
  created_at: optionalTime(),
});

/** What a custom request comes with; in `full` both generations give all columns. */
export const customRequestFields = {
  id: given('number'),
  client_name: given('text'),
  description: given('text'),
  status: given('text'),
  created_at: given('text'),
  client_email: given('text', 'V1'),
  client_phone: given('text', 'V1'),
  project_type: given('text', 'V1'),
  budget: given('text', 'V1'),
  dimensions: given('text', 'V1'),
  deadline: given('text', 'V1'),
  reference_images: given('text', 'V1'),
  admin_notes: given('text', 'V1'),
  site_name: given('text', 'V2'),
} satisfies KnownFieldsOf<typeof CustomRequestRow>;

export type CustomRequestRecord = ReturnType<typeof toCustomRequest>;

/** One row of the custom requests, of either generation, as the mirror keeps it. */
export function validateCustomRequest(
  raw: unknown,
  options: ValidateOptions,
): Validated<CustomRequestRecord> {
  return validateRow(CustomRequestRow, toCustomRequest, raw, options);
}

function toCustomRequest(row: z.output<typeof CustomRequestRow>) {
  return {
    sourceId: row.id,
    clientName: row.client_name,
    clientEmail: row.client_email,
    clientPhone: row.client_phone,
    description: row.description,
    projectType: row.project_type,
    budget: row.budget,
    dimensions: row.dimensions,
    deadline: row.deadline,
    referenceImages: row.reference_images,
    adminNotes: row.admin_notes,
    status: row.status.value,
    statusSource: row.status.source,
    createdAt: row.created_at,
  };
}
