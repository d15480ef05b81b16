import { request } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';

import { createTestDatabase } from '../support/database.ts';
import { adminToken, bearer, startTestServer, statusOf, typename } from './support/server.ts';

const database = await createTestDatabase();
const server = await startTestServer(database);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('with the token', () => {
  test.each([`Bearer ${adminToken}`, `bearer ${adminToken}`, `BEARER   ${adminToken} `])(
    'as %s, operations are answered',
    async (authorization) => {
      expect(await statusOf(server.url, { Authorization: authorization })).toBe(200);
    },
  );

  test('addresses that are not there are not found', async () => {
    const response = await fetch(`${server.url}/nothing`, { headers: bearer });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});

describe('without it', () => {
  test.each([
    {},
    { Authorization: '' },
    { Authorization: 'Bearer' },
    { Authorization: 'Bearer wrong' },
    { Authorization: `Bearer ${adminToken}x` },
    { Authorization: `Bearer ${adminToken.toUpperCase()}` },
    { Authorization: `Basic ${adminToken}` },
    { Authorization: adminToken },
    { Cookie: `cimaise_session=${adminToken}` },
    { Cookie: 'cimaise_session=9999999999.' },
    { Cookie: 'cimaise_session=' },
  ])('%j is refused', async (headers) => {
    expect(await statusOf(server.url, headers)).toBe(401);
  });

  test.each([
    '/',
    '/graphql',
    '/nothing',
    '/health/../graphql',
    '/graphql?query={__typename}',
    '//graphql',
    '/metrics',
  ])('%s says in JSON what is missing', async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    const requestId = response.headers.get('X-Request-Id');
    expect(await response.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining('Authorization: Bearer'),
          extensions: { code: 'UNAUTHENTICATED', requestId },
        },
      ],
    });
  });

  test.each(['/', '/graphql', '/nothing'])('a browser at %s gets a page to sign in', async (path) => {
    const response = await fetch(server.url + path, { headers: html });
    expect(response.status).toBe(401);
    const page = await response.text();
    expect(page).toContain('<label for="token">Admin token</label>');
    expect(page).toContain('lang="en"');
    expect(page).not.toMatch(/https?:|<script|<link|<img|@import|url\(/);
  });

  test('even a body that is too large is refused for the token first', async () => {
    const init = { method: 'POST', body: 'x'.repeat(2_000_000) };
    expect((await fetch(`${server.url}/graphql`, init)).status).toBe(401);
  });
});

async function signIn(token: string, headers: Record<string, string> = { Origin: server.url }) {
  const body = new URLSearchParams({ token });
  return fetch(`${server.url}/sign-in`, { method: 'POST', body, headers, redirect: 'manual' });
}

async function openSession(): Promise<string> {
  return (await signIn(adminToken)).headers.get('Set-Cookie')?.split(';')[0] ?? '';
}

describe('signing in', () => {
  test('with the token leads to GraphiQL, with a cookie that only the browser sees', async () => {
    const response = await signIn(` ${adminToken}\n`);
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe('/graphql');
    const cookie = response.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^cimaise_session=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(adminToken);
  });

  test('behind a proxy with TLS, the cookie stays there', async () => {
    const response = await signIn(adminToken, { Origin: server.url, 'X-Forwarded-Proto': 'https' });
    expect(response.headers.get('Set-Cookie')).toMatch(/; Secure$/);
  });

  test('with another token shows the page again, and why', async () => {
    const response = await signIn('wrong');
    expect(response.status).toBe(401);
    expect(response.headers.get('Set-Cookie')).toBeNull();
    expect(await response.text()).toContain('role="alert"');
  });

  test.each([{ Origin: 'http://127.0.0.1:1' }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'same-site' }, {}])(
    'from another page is refused: %j',
    async (headers) => {
      expect((await signIn(adminToken, headers)).status).toBe(403);
    },
  );

  test('with a very long token is refused', async () => {
    expect((await signIn('x'.repeat(10_000))).status).toBe(413);
  });
});

describe('a session', () => {
  test('lets a page of our own ask', async () => {
    const session = { Cookie: `other=1; ${await openSession()}` };
    expect(await statusOf(server.url, { ...session, Origin: server.url })).toBe(200);
    expect(await statusOf(server.url, { ...session, 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    // Not with fetch, which would say of itself that it is not a person who opens a page.
    const page = await request(server.url, { headers: { ...session, ...html } });
    expect([page.statusCode, page.headers['location']]).toEqual([303, '/graphql']);
  });

  test.each([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'http://127.0.0.1:1' },
    { Origin: 'http://evil.example' },
    { Origin: 'null' },
    {},
  ])('does not let another page ask: %j', async (headers) => {
    const cookie = await openSession();
    expect(await statusOf(server.url, { Cookie: cookie, ...headers })).toBe(401);
  });

  test('does not let another page read, but a person open the page', async () => {
    const cookie = await openSession();
    const get = async (mode: string) => {
      const headers = { Cookie: cookie, 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': mode };
      return (await request(`${server.url}/graphql?query={__typename}`, { headers })).statusCode;
    };
    expect(await get('no-cors')).toBe(401);
    expect(await get('cors')).toBe(401);
    expect(await get('navigate')).toBe(200);
  });

  test.each([
    ['a later end', (value: string) => value.replace(/\d+/, (end) => String(Number(end) + 1))],
    ['another signature', (value: string) => value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['no signature', (value: string) => value.replace(/\..*/, '.')],
  ])('with %s is none', async (_what, forge) => {
    const cookie = forge(await openSession());
    expect(await statusOf(server.url, { Cookie: cookie, Origin: server.url })).toBe(401);
  });
});

test('ten wrong tokens are enough for a while, even for the right one', async () => {
  await using other = await startTestServer(database);
  const attempt = (token: string) =>
    fetch(`${other.url}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { Origin: other.url },
      redirect: 'manual',
    });
  for (let failures = 0; failures < 10; failures++) expect((await attempt('wrong')).status).toBe(401);
  const refusal = await attempt(adminToken);
  expect(refusal.status).toBe(429);
  expect(Number(refusal.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(await statusOf(other.url, bearer)).toBe(200);
});

test('a request that is no request leads nowhere', async () => {
  for (const path of ['/%', '/graphql%00', '/\\', '/?'.repeat(4_000)]) {
    const response = await fetch(server.url + path, { method: 'POST', body: typename });
    expect([401, 414, 431]).toContain(response.status);
  }
});
