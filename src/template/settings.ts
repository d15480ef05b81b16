import { ask } from './ask.ts';
import { readSettingsEnvelope, type Generation } from './contract/envelope.ts';
import { FieldCensus } from './contract/field-census.ts';
import { severityOf, type RecordIssue } from './contract/issues.ts';
import { settingFields, validateSetting, type SettingRecord } from './contract/setting.ts';
import type { Door, TemplateSite } from './http.ts';

export interface SettingsAnswer {
  generation: Generation;
  /** Each key once, no secret's value. */
  settings: SettingRecord[];
  /** `record` is the setting's key, or @ and its place in the list where it has none. */
  issues: (RecordIssue & { record: string })[];
  census: FieldCensus;
  sentAt: Date;
}

/** All settings, of either generation. v2 would answer without the key; v1 needs it, so it is always sent. */
export async function readSettings(
  door: Door,
  site: TemplateSite,
  signal: AbortSignal | undefined,
): Promise<SettingsAnswer> {
  const call = { method: 'GET', path: '/api/export/settings', withKey: true } as const;
  const sentAt = new Date();
  const { generation, rows } = readSettingsEnvelope(call, await ask(door, site, call, signal));
  const settings = new Map<string, SettingRecord>();
  const issues: SettingsAnswer['issues'] = [];
  const census = new FieldCensus(settingFields);
  for (const [place, row] of rows.entries()) {
    census.count(row);
    const { key, record: setting, issues: found } = validateSetting(row);
    const record = key ?? `@${place}`;
    for (const issue of found) issues.push({ record, ...issue });
    if (setting === null) continue;
    if (settings.has(setting.key)) issues.push({ record, ...repeated });
    settings.set(setting.key, setting);
  }
  return { generation, settings: [...settings.values()], issues, census, sentAt };
}

const repeated: RecordIssue = {
  path: 'key',
  code: 'SETTING_REPEATED',
  severity: severityOf('SETTING_REPEATED', { strict: false }),
  message: 'Expected each setting once, got it again; the later value is kept.',
  value: null,
};
