import { z } from 'zod';
import type { Validated, ValidateOptions } from './issues.ts';
import { given, type KnownFieldsOf } from './known-fields.ts';
import { sourceId } from './numbers.ts';
import { expectedText, longTextField, shortText } from './text.ts';
import { calendarDate, optionalTime } from './times.ts';
import { validateRow } from './validate.ts';

/** `GET /api/export/exhibitions`; everything but the title may be absent. */
const ExhibitionRow = z.object({
  id: sourceId(),
  title: expectedText('TITLE_MISSING', 'personal'),
  location: shortText('personal'),
  date: calendarDate(),
  start_time: shortText('shown'),
  end_time: shortText('shown'),
  description: longTextField(),
  image: shortText('shown'),
  organizer: shortText('personal'),
  entry_price: shortText('shown'),
  contact_info: longTextField(),
  venue_details: longTextField(),
  create_date: optionalTime(),
});

/** What an exhibition comes with. */
export const exhibitionFields = {
  id: given('number'),
  title: given('text'),
  location: given('text'),
  date: given('text'),
  start_time: given('text'),
  end_time: given('text'),
  description: given('text'),
  image: given('text', 'V1'),
  organizer: given('text', 'V1'),
  entry_price: given('text', 'V1'),
  contact_info: given('text', 'V1'),
  venue_details: given('text', 'V1'),
  create_date: given('text', 'V1'),
  site_name: given('text', 'V2'),
} satisfies KnownFieldsOf<typeof ExhibitionRow>;

export type ExhibitionRecord = ReturnType<typeof toExhibition>;

/** One row of the exhibitions list, of either generation, as the mirror keeps it. */
export function validateExhibition(raw: unknown, options: ValidateOptions): Validated<ExhibitionRecord> {
  return validateRow(ExhibitionRow, toExhibition, raw, options);
}

function toExhibition(row: z.output<typeof ExhibitionRow>) {
  return {
    sourceId: row.id,
    title: row.title,
    location: row.location,
    date: row.date.date,
    dateSource: row.date.source,
    startTime: row.start_time,
    endTime: row.end_time,
    description: row.description,
    image: row.image,
    organizer: row.organizer,
    entryPrice: row.entry_price,
    contactInfo: row.contact_info,
    venueDetails: row.venue_details,
    createdAt: row.create_date,
  };
}
