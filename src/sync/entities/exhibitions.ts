import { upsertStatement } from '../../db/bulk.ts';
import {
  exhibitionFields,
  validateExhibition,
  type ExhibitionRecord,
} from '../../template/contract/exhibition.ts';
import type { EntitySync } from '../entity-sync.ts';
import { syncList } from '../sync-list.ts';
import { recordTable } from '../tombstone.ts';

const statement = upsertStatement<ExhibitionRecord>(
  'exhibition',
  [{ name: 'source_id', type: 'bigint', of: (exhibition) => exhibition.sourceId }],
  [
    { name: 'title', type: 'text', of: (exhibition) => exhibition.title },
    { name: 'location', type: 'text', of: (exhibition) => exhibition.location },
    { name: 'date', type: 'date', of: (exhibition) => exhibition.date },
    { name: 'date_source', type: 'text', of: (exhibition) => exhibition.dateSource },
    { name: 'start_time', type: 'text', of: (exhibition) => exhibition.startTime },
    { name: 'end_time', type: 'text', of: (exhibition) => exhibition.endTime },
    { name: 'description', type: 'text', of: (exhibition) => exhibition.description },
    { name: 'image', type: 'text', of: (exhibition) => exhibition.image },
    { name: 'organizer', type: 'text', of: (exhibition) => exhibition.organizer },
    { name: 'entry_price', type: 'text', of: (exhibition) => exhibition.entryPrice },
    { name: 'contact_info', type: 'text', of: (exhibition) => exhibition.contactInfo },
    { name: 'venue_details', type: 'text', of: (exhibition) => exhibition.venueDetails },
    { name: 'created_at', type: 'timestamptz', of: (exhibition) => exhibition.createdAt },
  ],
);

export const exhibitions: EntitySync = {
  entity: 'EXHIBITIONS',
  table: recordTable(statement.table),
  expected: (stats) => stats.exhibitions,
  sync: (context) =>
    syncList(context, {
      entity: 'EXHIBITIONS',
      paged: false,
      read: ({ template, site, signal }) => template.list(site, 'exhibitions', { signal }),
      validate: validateExhibition,
      fields: exhibitionFields,
      statement,
    }),
};
