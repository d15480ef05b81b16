import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createClient } from 'graphql-ws';
import { getIntrospectionQuery, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { readPersistedOperations } from '../../src/graphql/persisted-operations.ts';
import { eventsOf } from '../graphql/support/events.ts';
import { runningState, someRunId } from '../graphql/support/progress.ts';
import { rowsOf } from '../graphql/support/rows.ts';
import { graphql } from '../gql/gql.ts';
import { createTestDatabase } from '../support/database.ts';
import { bearer, json, startTestServer } from './support/server.ts';

const SitesByPage = graphql(`
  query SitesByPage($first: Int) {
    sites(first: $first) {
      nodes {
        name
      }
    }
  }
`);
const RemoveOneSite = graphql(`
  mutation RemoveOneSite($siteId: ID!) {
    removeSite(input: { siteId: $siteId }) {
      __typename
    }
  }
`);
const StatusOfRun = graphql(`
  subscription StatusOfRun($runId: ID!) {
    syncProgress(runId: $runId) {
      status
    }
  }
`);
const AllPages = graphql(`
  query AllPages {
    sites(first: 100) {
      nodes {
        paintings(first: 100) {
          nodes {
            id
            name
            status
            year
            technique
          }
        }
      }
    }
  }
`);

/** The id that codegen gave a document, as its clients read it. */
const idOf = (document: unknown) =>
  z.object({ __meta__: z.object({ hash: z.string() }) }).parse(document).__meta__.hash;
const persistedQuery = (id: string) => ({ persistedQuery: { version: 1, sha256Hash: id } });
const sitesId = idOf(SitesByPage);
const unknownId = `sha256:${'0'.repeat(64)}`;

const manifest = fileURLToPath(new URL('../gql/persisted-documents.json', import.meta.url));
const removed: number[] = [];
const services = {
  async removeSite(siteId: number) {
    removed.push(siteId);
    return { name: 'Gone', url: 'https://gone.example' };
  },
  async *followProgress() {
    yield runningState;
  },
};

const database = await createTestDatabase();
const rows = rowsOf(database);
const start = async (only: boolean) =>
  startTestServer(database, {
    services,
    corsOrigins: ['https://admin.example'],
    persistedOperations: await readPersistedOperations({ file: manifest, only }),
  });
const open = await start(false);
const closed = await start(true);
beforeAll(() => rows.site({ name: 'Galerie Martin' }));
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

type Headers = Record<string, string>;

const post = (body: object, { url, headers = {} }: { url: string; headers?: Headers } = open) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...bearer, ...json, ...headers },
    body: JSON.stringify(body),
  });

const get = (params: Record<string, string>, headers: Headers = {}, { url } = open) =>
  fetch(`${url}/graphql?${new URLSearchParams(params)}`, { headers: { ...bearer, ...headers } });

/** All that comes over server-sent events. */
async function streamed(body: object, { url } = open): Promise<unknown[]> {
  const response = await post(body, { url, headers: { Accept: 'text/event-stream' } });
  const events = await Array.fromAsync(eventsOf(response));
  return events.filter(({ event }) => event === 'next').map(({ data }) => data);
}

/** All that comes over a WebSocket, refusals too. */
async function socketed(id: string, variables = {}, { url } = open, query = ''): Promise<unknown[]> {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: bearer });
    }
  }
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: Socket,
    retryAttempts: 0,
  });
  const results = client.iterate({ query, variables, extensions: persistedQuery(id) });
  const all = await Array.fromAsync(results).catch((errors: unknown) => [{ errors }]);
  await client.dispose();
  return all;
}

const sites = { data: { sites: { nodes: [{ name: 'Galerie Martin' }] } } };
const running = { data: { syncProgress: { status: 'RUNNING' } } };
const refusedAs = (code: string, message: string) => ({
  errors: [{ message, extensions: { code, requestId: expect.any(String) } }],
});
const notFound = refusedAs(
  'PERSISTED_QUERY_NOT_FOUND',
  'No persisted operation has this id: start the server with the manifest that has it, or send its text in "query".',
);
const neither = refusedAs(
  'BAD_REQUEST',
  'Expected the text of an operation in "query", or the id of a persisted one in "documentId".',
);
const onlyPersisted = refusedAs(
  'PERSISTED_QUERY_ONLY',
  'Only persisted operations run here: send the id of one in "documentId", and no "query".',
);

describe('a persisted operation', () => {
  const variables = { first: 1 };

  it.each([
    ['documentId', { documentId: sitesId }],
    ['documentId, the hash alone', { documentId: sitesId.replace('sha256:', '') }],
    ['persistedQuery', { extensions: persistedQuery(sitesId) }],
  ])('is run by its id in %s: by POST, by GET, and as events', async (_where, named) => {
    const posted = await post({ ...named, variables });
    expect(await posted.json()).toMatchObject(sites);
    const params = Object.entries({ ...named, variables }).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const got = await get(Object.fromEntries(params));
    expect(await got.json()).toMatchObject(sites);
    expect(await streamed({ ...named, variables })).toMatchObject([sites]);
  });

  it('is run over a WebSocket; subscriptions are followed over both', async () => {
    const runId = `SyncRun:${someRunId}`;
    expect(await socketed(sitesId, variables)).toMatchObject([sites]);
    expect(await socketed(idOf(StatusOfRun), { runId })).toMatchObject([running]);
    expect(await streamed({ documentId: idOf(StatusOfRun), variables: { runId } })).toMatchObject([running]);
  });

  it('that is not known is refused in a sentence, with a code by which Apollo clients send the text', async () => {
    const got = await get({ documentId: unknownId });
    expect([got.status, await got.json()]).toMatchObject([400, notFound]);
    const posted = await post({ extensions: persistedQuery(unknownId) });
    expect([posted.status, await posted.json()]).toMatchObject([400, notFound]);
    expect(await streamed({ documentId: unknownId })).toMatchObject([notFound]);
    expect(await socketed(unknownId)).toMatchObject([notFound]);
    const retried = await post({ query: print(SitesByPage), extensions: persistedQuery(unknownId) });
    expect(await retried.json()).toMatchObject(sites);
  });

  it.each([{}, { query: '' }, { query: 5 }, { documentId: 5 }, { extensions: { persistedQuery: {} } }])(
    'is not found in %j',
    async (body) => {
      const response = await post(body);
      expect([response.status, await response.json()]).toMatchObject([400, neither]);
    },
  );

  it('has the limits of any other', async () => {
    const response = await get({ documentId: idOf(AllPages) });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }],
    });
  });

  it('that changes anything is not run by GET', async () => {
    const request = { documentId: idOf(RemoveOneSite), variables: JSON.stringify({ siteId: 'Site:7' }) };
    const got = await get(request, { 'If-None-Match': '*' });
    expect([got.status, got.headers.get('ETag'), removed]).toEqual([405, null, []]);
    await post({ ...request, variables: { siteId: 'Site:7' } });
    expect(removed).toEqual([7]);
  });
});

describe('an answer to a GET', () => {
  const request = { documentId: sitesId, variables: '{"first":20}' };
  const tagOf = async (params: Record<string, string>, headers: Headers = {}) =>
    (await get(params, headers)).headers.get('ETag') ?? '';

  it('is left out where the client has it, until it is another', async () => {
    const first = await get(request);
    const tag = first.headers.get('ETag') ?? '';
    expect(tag).toMatch(/^W\/"[\w-]{43}"$/);
    for (const held of [tag, tag.slice(2), `"another", ${tag}`, '*']) {
      const again = await get(request, { 'If-None-Match': held });
      expect([again.status, again.headers.get('ETag'), await again.text()]).toEqual([304, tag, '']);
      expect(again.headers.get('X-Request-Id')).not.toBeNull();
    }
    const { id } = await database.prisma.site.create({
      data: { name: 'Nouvelle', url: 'https://new.example', sealedKey: 'v1.sealed' },
    });
    const changed = await get(request, { 'If-None-Match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('ETag')).not.toBe(tag);
    expect(await changed.text()).toContain('Nouvelle');
    await database.prisma.site.delete({ where: { id } });
  });

  it('is kept by the client alone, who has to ask each time, and as the one who asked', async () => {
    const headers = { Origin: 'https://admin.example' };
    const first = await get(request, headers);
    const again = await get(request, { ...headers, 'If-None-Match': first.headers.get('ETag') ?? '' });
    expect(again.status).toBe(304);
    for (const answer of [first, again]) {
      expect(answer.headers.get('Cache-Control')).toBe('private, no-cache');
      expect(answer.headers.get('Vary')).toBe('Accept, Authorization, Cookie, Origin');
    }
  });

  it('says nothing to who may not ask, whatever tag they hold', async () => {
    const tag = await tagOf(request);
    for (const Authorization of ['Bearer wrong', '']) {
      const answer = await get(request, { Authorization, 'If-None-Match': tag });
      expect([answer.status, answer.headers.get('ETag')]).toEqual([401, null]);
    }
  });

  it('has another tag in another media type, and with other data', async () => {
    const tags = [
      await tagOf(request),
      await tagOf(request, { Accept: 'application/graphql-response+json' }),
      await tagOf({ query: '{ __typename }' }),
    ];
    expect(new Set(tags).size).toBe(3);
    expect(await tagOf({ query: print(SitesByPage) })).toBe(tags[0]);
  });

  it('is not kept where the request was refused', async () => {
    const refused = await get({ documentId: unknownId }, { 'If-None-Match': '*' });
    expect([refused.status, refused.headers.get('ETag')]).toEqual([400, null]);
    expect(refused.headers.get('Cache-Control')).toBe('no-store');
  });
});

test('an answer to a POST is never kept nor left out', async () => {
  const { url } = open;
  const posted = await post({ documentId: sitesId }, { url, headers: { 'If-None-Match': '*' } });
  expect([posted.status, posted.headers.get('ETag')]).toEqual([200, null]);
  expect(posted.headers.get('Cache-Control')).toBe('no-store');
});

describe('where only persisted operations run', () => {
  it('any other is refused in a sentence, introspection and one with a known id beside it too', async () => {
    for (const query of ['{ __typename }', getIntrospectionQuery(), print(SitesByPage)]) {
      const body = { query, extensions: persistedQuery(sitesId) };
      const posted = await post(body, closed);
      expect([posted.status, await posted.json()]).toMatchObject([400, onlyPersisted]);
      const got = await get({ query }, {}, closed);
      expect([got.status, await got.json()]).toMatchObject([400, onlyPersisted]);
      expect(await streamed(body, closed)).toMatchObject([onlyPersisted]);
      expect(await socketed(sitesId, {}, closed, query)).toMatchObject([onlyPersisted]);
    }
  });

  it('they are run', async () => {
    expect(await (await post({ documentId: sitesId }, closed)).json()).toMatchObject(sites);
    expect(await (await get({ documentId: sitesId }, {}, closed)).json()).toMatchObject(sites);
    expect(await streamed({ documentId: sitesId }, closed)).toMatchObject([sites]);
    expect(await socketed(sitesId, {}, closed)).toMatchObject([sites]);
  });

  it('there is no GraphiQL', async () => {
    const page = await get({}, { Accept: 'text/html' }, closed);
    const message = 'There is no answer in a type that "Accept" names: ask for application/json.';
    expect([page.status, await page.json()]).toMatchObject([406, refusedAs('BAD_REQUEST', message)]);
  });
});

describe('the manifest', () => {
  const read = async (text: string | undefined, only = false) => {
    using scratch = createScratchDirectory();
    const file = join(scratch.path, 'persisted.json');
    if (text !== undefined) writeFileSync(file, text);
    return await readPersistedOperations({ file, only }); // before the file goes
  };

  it.each([
    ['is not there', undefined, /^Cannot read .*ENOENT/],
    ['is no JSON', '{', /^Cannot read .*position 1/],
    ['holds something else', '["a"]', /it is not one JSON object of texts/],
    ['has an id that is not the hash', '{"sha256:1": "{ sites }"}', /got one by "sha256:1" whose SHA-256 is/],
  ])('that %s stops the start', async (_how, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(message),
    });
  });

  it('has to be named where nothing else runs', async () => {
    await expect(readPersistedOperations({ file: undefined, only: true })).rejects.toThrow(
      /PERSISTED_OPERATIONS,/,
    );
  });
});
