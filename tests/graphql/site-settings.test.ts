import { afterAll, expect, test } from 'vitest';

import { graphql } from '../gql/gql.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createApi } from './support/api.ts';

const gateway = await createTestGateway({ concurrency: 0 });
afterAll(() => gateway[Symbol.asyncDispose]());
const api = createApi(gateway.services);

const AddSiteWithSettings = graphql(`
  mutation AddSiteWithSettings($input: AddSiteInput!) {
    addSite(input: $input) {
      ... on AddSitePayload {
        site {
          id
          timeZone
          currency
        }
      }
      ... on Error {
        code
        message
      }
    }
  }
`);

const UpdateSettings = graphql(`
  mutation UpdateSettings($input: UpdateSiteInput!) {
    updateSite(input: $input) {
      ... on UpdateSitePayload {
        site {
          timeZone
          currency
          deletionHoldPercent
        }
      }
      ... on Error {
        code
        message
      }
    }
  }
`);

let added = 0;
const aSite = () => ({ name: 'A gallery', url: `https://gallery-${++added}.example`, key: 'any-key' });

test('a site is added with its time zone and currency, or with those of the gateway', async () => {
  const settings = { timeZone: 'America/Argentina/Buenos_Aires', currency: 'ARS' };
  const { addSite: own } = await api.read(AddSiteWithSettings, { input: { ...aSite(), ...settings } });
  expect(own).toMatchObject({ site: settings });
  const { addSite: usual } = await api.read(AddSiteWithSettings, { input: aSite() });
  expect(usual).toMatchObject({ site: { timeZone: 'Europe/Paris', currency: 'EUR' } });
});

test('updateSite changes what it is given, and leaves the rest', async () => {
  const siteId = `Site:${await gateway.addSite('https://changing.example')}`;
  const change = async (changes: object) =>
    (await api.read(UpdateSettings, { input: { siteId, ...changes } })).updateSite;
  const before = { timeZone: 'Europe/Paris', currency: 'EUR', deletionHoldPercent: 20 };

  expect(await change({ timeZone: 'UTC' })).toEqual({ site: { ...before, timeZone: 'UTC' } });
  expect(await change({ currency: 'CHF' })).toEqual({
    site: { ...before, timeZone: 'UTC', currency: 'CHF' },
  });
  expect(await change({ timeZone: 'Europe/Paris', currency: 'EUR', deletionHoldPercent: 5 })).toEqual({
    site: { ...before, deletionHoldPercent: 5 },
  });
  expect(await change({ timeZone: null })).toEqual({ site: { ...before, deletionHoldPercent: 5 } });
});

test.each([
  [{ timeZone: 'Europe/Atlantis' }, 'INVALID_TIME_ZONE'],
  [{ timeZone: '+01:00' }, 'INVALID_TIME_ZONE'],
  [{ timeZone: 'FOO3BAR' }, 'INVALID_TIME_ZONE'], // PostgreSQL takes it
  [{ timeZone: '' }, 'INVALID_TIME_ZONE'],
  [{ timeZone: "UTC'" }, 'INVALID_TIME_ZONE'],
  [{ currency: 'eur' }, 'INVALID_CURRENCY'],
  [{ currency: 'XQQ' }, 'INVALID_CURRENCY'],
])('no site is added or changed with %j', async (settings, code) => {
  const siteId = `Site:${await gateway.addSite(aSite().url)}`;
  const failure = { code, message: expect.stringContaining(`got "${Object.values(settings)[0]}"`) };
  const input = { ...aSite(), ...settings };
  expect((await api.read(AddSiteWithSettings, { input })).addSite).toEqual(failure);
  expect((await api.read(UpdateSettings, { input: { siteId, ...settings } })).updateSite).toEqual(failure);
});
