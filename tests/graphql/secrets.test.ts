import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { createApi, readingOnly } from './support/api.ts';
import { rowsOf } from './support/rows.ts';

const database = await createTestDatabase();
afterAll(() => database[Symbol.asyncDispose]());
const rows = rowsOf(database);
const api = createApi(readingOnly(database));

const Settings = graphql(`
  query Settings($id: ID!) {
    settings {
      nodes {
        key
        value
        secret
        isSet
      }
    }
    value: settings {
      nodes {
        value
      }
    }
    site(id: $id) {
      settings {
        edges {
          node {
            value
          }
        }
      }
    }
    node(id: "SiteSetting:1:smtp_password") {
      ... on SiteSetting {
        value
        isSet
      }
    }
  }
`);

test('of a secret setting only whether it is set is shown, even if its value had come into the mirror', async () => {
  const siteId = await rows.site();
  expect(siteId).toBe(1);
  await rows.setting(siteId, 'gallery_name', { value: 'Galerie Martin' });
  await rows.setting(siteId, 'smtp_password', { secret: true, value: 'hunter2' });
  const answer = await api.read(Settings, { id: 'Site:1' });
  expect(JSON.stringify(answer)).not.toContain('hunter2');
  expect(answer.settings.nodes).toEqual([
    { key: 'gallery_name', value: 'Galerie Martin', secret: false, isSet: true },
    { key: 'smtp_password', value: null, secret: true, isSet: true },
  ]);
  expect(answer.node).toEqual({ value: null, isSet: true });
});
