import { upsertStatement } from '../../db/bulk.ts';
import { paintingFields, validatePainting, type PaintingRecord } from '../../template/contract/painting.ts';
import type { EntitySync } from '../entity-sync.ts';
import { syncList } from '../sync-list.ts';
import { recordTable } from '../tombstone.ts';

/** How its rows are written, by whoever reads one. */
export const statement = upsertStatement<PaintingRecord>(
  'painting',
  [{ name: 'source_id', type: 'bigint', of: (painting) => painting.sourceId }],
  [
    { name: 'name', type: 'text', of: (painting) => painting.name },
    { name: 'price', type: 'numeric', of: (painting) => painting.price },
    { name: 'category', type: 'text', of: (painting) => painting.category },
    { name: 'technique', type: 'text', of: (painting) => painting.technique },
    { name: 'year', type: 'int', of: (painting) => painting.year },
    { name: 'year_source', type: 'text', of: (painting) => painting.yearSource },
    { name: 'quantity', type: 'int', of: (painting) => painting.quantity },
    { name: 'status', type: 'painting_status', of: (painting) => painting.status },
    { name: 'status_source', type: 'text', of: (painting) => painting.statusSource },
    { name: 'image', type: 'text', of: (painting) => painting.image },
    { name: 'image_2', type: 'text', of: (painting) => painting.image2 },
    { name: 'image_3', type: 'text', of: (painting) => painting.image3 },
    { name: 'image_4', type: 'text', of: (painting) => painting.image4 },
    { name: 'display_order', type: 'int', of: (painting) => painting.displayOrder },
    { name: 'description', type: 'text', of: (painting) => painting.description },
    { name: 'description_long', type: 'text', of: (painting) => painting.descriptionLong },
    { name: 'dimensions', type: 'text', of: (painting) => painting.dimensions },
    { name: 'weight', type: 'text', of: (painting) => painting.weight },
    { name: 'framed', type: 'boolean', of: (painting) => painting.framed },
    { name: 'certificate', type: 'boolean', of: (painting) => painting.certificate },
    { name: 'unique_piece', type: 'boolean', of: (painting) => painting.uniquePiece },
    { name: 'created_at', type: 'timestamptz', of: (painting) => painting.createdAt },
  ],
);

export const paintings: EntitySync = {
  entity: 'PAINTINGS',
  table: recordTable(statement.table),
  expected: (stats) => stats.paintings,
  sync: (context) =>
    syncList(context, {
      entity: 'PAINTINGS',
      paged: true,
      read: ({ template, site, signal }, window) => template.list(site, 'paintings', { ...window, signal }),
      validate: validatePainting,
      fields: paintingFields,
      statement,
    }),
};
