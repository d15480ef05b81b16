import { columns } from '../rows/columns.ts';
import type { Row } from '../rows/json.ts';
import { dayText, momentOf, stampText } from './dates.ts';
import { mix, pick } from './random.ts';
import { idAscending, idDescending, type Gallery, type RecordKind } from './record.ts';
import { SHOWS, VENUES } from './words.ts';

const MONTH_MICROS = 30 * 86_400 * 1_000_000;

function make(gallery: Gallery, id: number): Row {
  const hash = mix(gallery.seed, 31, id);
  const hasHours = hash % 3 !== 0;
  return {
    contact_info: null,
    create_date: stampText(momentOf(id), gallery.generation),
    date: dayText(momentOf(id) + (hash % 6) * MONTH_MICROS),
    description: hash % 4 === 0 ? null : 'Une belle exposition',
    end_time: hasHours ? '18:00' : null,
    entry_price: null,
    id,
    image: null,
    location: pick(VENUES, hash >>> 5),
    organizer: null,
    site_name: gallery.name,
    start_time: hasHours ? '10:00' : null,
    title: pick(SHOWS, hash >>> 9),
    venue_details: null,
  };
}

const everyColumn = columns(`contact_info create_date date description end_time entry_price id image location
  organizer start_time title venue_details`);

export const exhibitions: RecordKind = {
  entity: 'exhibitions',
  path: 'exhibitions',
  table: 'exhibitions',
  defaultLimit: Infinity,
  hasCount: false,
  columns: {
    v1: everyColumn,
    v2: columns('date description end_time id location site_name start_time title'),
  },
  tableColumns: everyColumn,
  make,
  order: (gallery) => (gallery.generation === 'v1' ? idAscending : idDescending(gallery.counts.exhibitions)),
};
