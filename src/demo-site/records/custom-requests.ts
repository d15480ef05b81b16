import { columns } from '../rows/columns.ts';
import type { Row } from '../rows/json.ts';
import { momentOf, stampText } from './dates.ts';
import { emailOf, personName } from './people.ts';
import { mix, pick } from './random.ts';
import { idAscending, idDescending, type Gallery, type RecordKind } from './record.ts';
import { WISHES } from './words.ts';

function make(gallery: Gallery, id: number): Row {
  const hash = mix(gallery.seed, 41, id);
  return {
    admin_notes: null,
    budget: pick(['500', '1 200 €', '', 'à discuter'], hash >>> 3),
    client_email: emailOf(gallery.seed, id),
    client_name: personName(hash),
    client_phone: null,
    created_at: stampText(momentOf(id), gallery.generation),
    deadline: null,
    description: pick(WISHES, hash >>> 6),
    dimensions: null,
    id,
    project_type: pick(['portrait', 'paysage', 'autre'], hash >>> 9),
    reference_images: null,
    site_name: gallery.name,
    status: 'En attente',
  };
}

const everyColumn =
  columns(`admin_notes budget client_email client_name client_phone created_at deadline description
  dimensions id project_type reference_images status`);

export const customRequests: RecordKind = {
  entity: 'customRequests',
  path: 'custom-requests',
  table: 'custom_requests',
  defaultLimit: Infinity,
  hasCount: false,
  columns: {
    v1: everyColumn,
    v2: columns('client_name created_at description id site_name status'),
  },
  tableColumns: everyColumn,
  make,
  order: (gallery) =>
    gallery.generation === 'v1' ? idAscending : idDescending(gallery.counts.customRequests),
};
