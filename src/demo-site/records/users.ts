import { columns } from '../rows/columns.ts';
import type { Row } from '../rows/json.ts';
import { dayText, momentOf, stampText } from './dates.ts';
import { emailOf, personName, postalAddress } from './people.ts';
import { mix, pick } from './random.ts';
import { idAscending, idDescending, type Gallery, type RecordKind } from './record.ts';
import { TOWNS } from './words.ts';

function make(gallery: Gallery, id: number): Row {
  const hash = mix(gallery.seed, 11, id);
  return {
    accepts_marketing: hash & 1,
    address: hash % 3 === 0 ? postalAddress(hash >>> 4) : null,
    birth_date: hash % 7 === 0 ? dayText(momentOf(id) - 1e15) : null,
    city: hash % 3 === 0 ? pick(TOWNS, hash >>> 9) : null,
    country: 'France',
    create_date: stampText(momentOf(id), gallery.generation),
    email: id === 1 ? 'admin@example.com' : emailOf(gallery.seed, id),
    id,
    name: personName(hash),
    password: 'pbkdf2:FAKE',
    phone: hash % 5 === 0 ? '+33 1 99 00 00 00' : null,
    postal_code: hash % 3 === 0 ? '75011' : null,
    role: id === 1 ? 'admin' : hash % 17 === 0 ? null : 'user',
    site_name: gallery.name,
  };
}

export const users: RecordKind = {
  entity: 'users',
  path: 'users',
  table: 'users',
  defaultLimit: 500,
  hasCount: true,
  columns: {
    v1: columns(
      'accepts_marketing address birth_date city country create_date email id name phone postal_code role',
    ),
    v2: columns('create_date email id name role site_name'),
  },
  tableColumns: columns('create_date email id name password role'),
  make,
  order: (gallery) => (gallery.generation === 'v1' ? idAscending : idDescending(gallery.counts.users)),
};
