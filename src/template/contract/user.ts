import { z } from 'zod';
import type { Validated, ValidateOptions } from './issues.ts';
import { given, type KnownFieldsOf } from './known-fields.ts';
import { flag, sourceId } from './numbers.ts';
import { emailField, expectedText, longTextField, shortText } from './text.ts';
import { optionalTime } from './times.ts';
import { validateRow } from './validate.ts';
import { word } from './words.ts';

const role = word({
  words: new Map([
    ['admin', 'ADMIN'],
    ['user', 'USER'],
  ] as const),
  unknown: 'UNKNOWN' as const,
  missing: null,
  codes: { normalised: 'ROLE_NORMALISED', unknown: 'ROLE_UNKNOWN', missing: 'ROLE_MISSING' },
});

/** `GET /api/export/users`; the password hash that `full` shows is not named here, so it goes nowhere. */
const UserRow = z.object({
  id: sourceId(),
  name: expectedText('NAME_MISSING', 'personal'),
  email: emailField(),
  role,
  phone: shortText('personal'),
  address: longTextField(),
  city: shortText('personal'),
  postal_code: shortText('personal'),
  country: shortText('personal'),
  birth_date: shortText('personal'),
  accepts_marketing: flag(),
  create_date: optionalTime(),
});

/** What a user comes with. */
export const userFields = {
  id: given('number'),
  name: given('text'),
  email: given('text'),
  role: given('text'),
  create_date: given('text'),
  phone: given('text', 'V1'),
  address: given('text', 'V1'),
  city: given('text', 'V1'),
  postal_code: given('text', 'V1'),
  country: given('text', 'V1'),
  birth_date: given('text', 'V1'),
  accepts_marketing: given('number', 'V1'),
  site_name: given('text', 'V2'),
} satisfies KnownFieldsOf<typeof UserRow>;

export type UserRecord = ReturnType<typeof toUser>;

/** One row of the users list, of either generation, as the mirror keeps it. */
export function validateUser(raw: unknown, options: ValidateOptions): Validated<UserRecord> {
  return validateRow(UserRow, toUser, raw, options);
}

function toUser(row: z.output<typeof UserRow>) {
  return {
    sourceId: row.id,
    name: row.name,
    email: row.email,
    role: row.role.value,
    roleSource: row.role.source,
    phone: row.phone,
    address: row.address,
    city: row.city,
    postalCode: row.postal_code,
    country: row.country,
    birthDate: row.birth_date,
    acceptsMarketing: row.accepts_marketing,
    createdAt: row.create_date,
  };
}
