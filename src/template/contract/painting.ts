import { z } from 'zod';
import type { Validated, ValidateOptions } from './issues.ts';
import { given, type KnownFieldsOf } from './known-fields.ts';
import { flag, money, sourceId, stock, wholeNumber } from './numbers.ts';
import { longTextField, mainImage, requiredText, shortText } from './text.ts';
import { optionalTime } from './times.ts';
import { validateRow } from './validate.ts';
import { statusCodes, word } from './words.ts';
import { year } from './year.ts';

const status = word({
  words: new Map([
    ['Disponible', 'AVAILABLE'],
    ['Vendu', 'SOLD'],
    ['Réservé', 'RESERVED'],
    ['Exposition', 'EXHIBITED'],
  ] as const),
  unknown: 'UNKNOWN' as const,
  missing: 'UNKNOWN' as const,
  codes: statusCodes,
});

/** `GET /api/export/paintings`; what v2 leaves out is null. */
const PaintingRow = z.object({
  id: sourceId(),
  name: requiredText('personal'),
  price: money('zero is odd'),
  category: shortText('personal'),
  technique: shortText('personal'),
  year: year(),
  quantity: stock(),
  status,
  image: mainImage(),
  image_2: shortText('shown'),
  image_3: shortText('shown'),
  image_4: shortText('shown'),
  display_order: wholeNumber(0),
  description: longTextField(),
  description_long: longTextField(),
  dimensions: shortText('personal'),
  weight: shortText('personal'),
  framed: flag(),
  certificate: flag(),
  unique_piece: flag(),
  create_date: optionalTime(),
});

/** What a painting comes with. */
export const paintingFields = {
  id: given('number'),
  name: given('text'),
  price: given('number'),
  category: given('text'),
  technique: given('text'),
  year: given('text'),
  quantity: given('number'),
  status: given('text'),
  image: given('text'),
  display_order: given('number'),
  image_2: given('text', 'V1'),
  image_3: given('text', 'V1'),
  image_4: given('text', 'V1'),
  description: given('text', 'V1'),
  description_long: given('text', 'V1'),
  dimensions: given('text', 'V1'),
  weight: given('text', 'V1'),
  framed: given('number', 'V1'),
  certificate: given('number', 'V1'),
  unique_piece: given('number', 'V1'),
  create_date: given('text', 'V1'),
  site_name: given('text', 'V2'),
} satisfies KnownFieldsOf<typeof PaintingRow>;

export type PaintingRecord = ReturnType<typeof toPainting>;

/** One row of the paintings list, of either generation, as the mirror keeps it. */
export function validatePainting(raw: unknown, options: ValidateOptions): Validated<PaintingRecord> {
  return validateRow(PaintingRow, toPainting, raw, options);
}

function toPainting(row: z.output<typeof PaintingRow>) {
  return {
    sourceId: row.id,
    name: row.name,
    price: row.price,
    category: row.category,
    technique: row.technique,
    year: row.year.value,
    yearSource: row.year.source,
    quantity: row.quantity,
    status: row.status.value,
    statusSource: row.status.source,
    image: row.image,
    image2: row.image_2,
    image3: row.image_3,
    image4: row.image_4,
    displayOrder: row.display_order,
    description: row.description,
    descriptionLong: row.description_long,
    dimensions: row.dimensions,
    weight: row.weight,
    framed: row.framed,
    certificate: row.certificate,
    uniquePiece: row.unique_piece,
    createdAt: row.create_date,
  };
}
