import { z } from 'zod';
import type { Validated, ValidateOptions } from './issues.ts';
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
