import { upsert, upsertStatement } from '../../db/bulk.ts';
import type { SettingRecord } from '../../template/contract/setting.ts';
import type { EntitySync } from '../entity-sync.ts';
import { closeUnseenIssues, recordIssues } from '../issues.ts';
import { commitPage, emptyTally } from '../tally.ts';

const statement = upsertStatement<SettingRecord>(
  'site_setting',
  [{ name: 'key', type: 'text', of: (setting) => setting.key }],
  [
    { name: 'value', type: 'text', of: (setting) => setting.value },
    { name: 'secret', type: 'boolean', of: (setting) => setting.secret },
    { name: 'is_set', type: 'boolean', of: (setting) => setting.isSet },
  ],
);

export const settings: EntitySync = {
  entity: 'SETTINGS',
  expected: () => null,
  async sync({ database, template, site, siteId, runId, signal }) {
    const { settings: rows, issues, generation, sentAt } = await template.settings(site, { signal });
    const rejected = new Set(issues.flatMap((issue) => (issue.severity === 'ERROR' ? [issue.record] : [])))
      .size;
    const tally = { ...emptyTally(), pages: 1, received: rows.length + rejected, rejected };
    const scope = { siteId, runId, entity: 'SETTINGS' } as const;
    await commitPage(database, { ...scope, tally }, async (client) => {
      Object.assign(tally, await upsert(client, statement, siteId, sentAt, rows));
      const records = new Set([...rows.map((row) => row.key), ...issues.map((issue) => issue.record)]);
      await recordIssues(client, scope, [...records], issues);
      await closeUnseenIssues(client, scope, (record) => records.has(record));
    });
    return generation;
  },
};
