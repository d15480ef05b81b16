import { z } from 'zod';
import { kindOf } from '../json/describe.ts';
import { field, report } from './field.ts';
import type { RecordIssue } from './issues.ts';
import { given, type KnownFieldsOf } from './known-fields.ts';
import { isSecretKey, isSecretValue, mask } from './secret.ts';
import { readText, requiredText } from './text.ts';
import { issuesOf, runSchema } from './validate.ts';

export interface SettingRecord {
  key: string;
  /** Null for a secret, and where the site holds none. */
  value: string | null;
  secret: boolean;
  isSet: boolean;
}

/** A setting, or why it cannot be read. `key` names it in the record of issues; null where it has no sound one. */
export interface ValidatedSetting {
  key: string | null;
  record: SettingRecord | null;
  issues: RecordIssue[];
}

/** One setting, of either generation; v2's `{key: value}` is put into v1's form before. */
const SettingRow = z.object({
  // An index key of PostgreSQL holds some 2,700 bytes; 200 characters are 800 at most.
  key: requiredText('shown', 200),
  value: field((value, payload) => {
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'object' && value !== null) {
      report(payload, value, 'TEXT_NOT_TEXT', `Expected text, got ${kindOf(value)}.`, false);
      return null;
    }
    return readText(value, payload, 'personal', 100_000);
  }),
});

/** What a setting comes with. Which settings a site has is its own affair. */
export const settingFields = {
  id: given('number', 'V1'),
  key: given('text'),
  value: given('text'),
} satisfies KnownFieldsOf<typeof SettingRow>;

/** A secret's value never leaves this function. */
export function validateSetting(raw: unknown): ValidatedSetting {
  const { value: row, issues } = runSchema(SettingRow, raw);
  const found = issuesOf(issues, { strict: false });
  if (found.length > 0) {
    const key = found.some((issue) => issue.path !== 'value') ? null : row.key;
    return { key, record: null, issues: found };
  }
  const secret =
    row.value === mask || isSecretKey(row.key) || (row.value !== null && isSecretValue(row.value));
  const record = { key: row.key, value: secret ? null : row.value, secret, isSet: row.value !== null };
  return { key: row.key, record, issues: [] };
}
