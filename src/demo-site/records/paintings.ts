import { columns } from '../rows/columns.ts';
import type { Row } from '../rows/json.ts';
import { momentOf, stampText } from './dates.ts';
import { mix, pick } from './random.ts';
import { idAscending, sortNumber, type BaseOrder, type Gallery, type RecordKind } from './record.ts';
import { CATEGORIES, PLACES, SUBJECTS, TECHNIQUES } from './words.ts';

const STATUSES = [
  'Disponible',
  'Disponible',
  'Disponible',
  'Vendu',
  'Vendu',
  'Réservé',
  'Exposition',
] as const;
/** What one painting in twenty has instead: nothing, or the default of the database. */
const ODD_STATUSES = ['', 'disponible'] as const;
const YEARS = ['2024', '2023', '2025', '2019', '2021', ''] as const;
/** What one painting in sixteen has instead. */
const ODD_YEARS = ['vers 2019', null, 'années 80', '2018-2020'] as const;
const SMALL_PRICES = [89.9, 120, 45, 12.5, 250, 340.5, 95, 60] as const;

/** The artist put a few of the first paintings in front; the first one has the highest display order. */
function featured(gallery: Gallery): number {
  return Math.min(20, gallery.counts.paintings >> 2);
}

/** Name of a painting that was there from the start. */
export function paintingName(gallery: Gallery, id: number): string {
  const hash = mix(gallery.seed, 1, id);
  return pick(SUBJECTS, hash) + pick(PLACES, hash >>> 10);
}

/** Image of a painting that was there from the start; one in a hundred lies outside `Images/`. */
export function paintingImage(gallery: Gallery, id: number): string {
  const hash = mix(gallery.seed, 2, id);
  if (hash % 100 === 0) return `legacy_${id}.jpg`;
  return `Images/tableau_${id}${pick(['.webp', '.webp', '.png', '.jpg'], hash >>> 6)}`;
}

/** Price of a painting that was there from the start; one in sixty costs nothing. */
export function paintingPrice(gallery: Gallery, id: number): number {
  const hash = mix(gallery.seed, 3, id);
  if (hash % 60 === 0) return 0;
  return hash % 3 === 0 ? pick(SMALL_PRICES, hash >>> 8) : 150 + (hash % 97) * 50;
}

function make(gallery: Gallery, id: number): Row {
  const hash = mix(gallery.seed, 4, id);
  const front = featured(gallery);
  const isBare = hash % 12 === 0;
  return {
    category: isBare ? null : hash % 23 === 0 ? '' : pick(CATEGORIES, hash >>> 3),
    certificate: hash & 1,
    create_date: stampText(momentOf(id), gallery.generation),
    description: isBare ? null : 'Œuvre originale, signée par l’artiste.',
    description_long: isBare ? null : '',
    dimensions: isBare ? null : pick(['', '50 x 70 cm', '30x40', '1 m × 1,20 m'], hash >>> 7),
    display_order: id <= front ? front - id + 1 : 0,
    framed: (hash >>> 1) & 1,
    id,
    image: paintingImage(gallery, id),
    image_2: hash % 4 === 0 ? `Images/detail_${id}.webp` : null,
    image_3: null,
    image_4: null,
    name: paintingName(gallery, id),
    price: paintingPrice(gallery, id),
    quantity: (hash >>> 9) % 3,
    site_name: gallery.name,
    status: (hash >>> 5) % 20 === 0 ? pick(ODD_STATUSES, hash >>> 11) : pick(STATUSES, hash >>> 11),
    technique: isBare ? null : pick(TECHNIQUES, hash >>> 15),
    unique_piece: (hash >>> 2) & 1,
    weight: isBare ? null : '',
    year: (hash >>> 4) % 16 === 0 ? pick(ODD_YEARS, hash >>> 18) : pick(YEARS, hash >>> 18),
  };
}

function order(gallery: Gallery): BaseOrder {
  if (gallery.generation === 'v1') return idAscending;
  const count = gallery.counts.paintings;
  const front = featured(gallery);
  return {
    idAt: (position) => (position < front ? position + 1 : count - (position - front)),
    positionOf: (id) => (id <= front ? id - 1 : front + (count - id)),
    compare: (left, right) =>
      sortNumber(right, 'display_order') - sortNumber(left, 'display_order') ||
      sortNumber(right, 'id') - sortNumber(left, 'id'),
  };
}

const everyColumn =
  columns(`category certificate create_date description description_long dimensions display_order
  framed id image image_2 image_3 image_4 name price~ quantity status technique unique_piece weight year`);

export const paintings: RecordKind = {
  entity: 'paintings',
  path: 'paintings',
  table: 'paintings',
  defaultLimit: 200,
  hasCount: true,
  columns: {
    v1: everyColumn,
    v2: columns('category display_order id image name price~ quantity site_name status technique year'),
  },
  tableColumns: everyColumn,
  make,
  order,
};
