import { createServer as createTlsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { gzipSync, deflateRawSync, deflateSync } from 'node:zlib';
import type { TemplateLimits } from '../../src/template/limits.ts';
import { readAll, testClient } from './support/client.ts';
import { selfSigned } from './support/self-signed.ts';
import { listen, serve, serveRaw, serveStatus, serveText, type TestServer } from './support/serve.ts';

const apiKey = 'the-key-that-must-not-show';
const soundBody = '{"count": 2, "paintings": [{"id": 1}, {"id": 2}]}';

function paintingsOf(url: string, limits: Partial<TemplateLimits> = {}, signal?: AbortSignal) {
  return readAll(testClient(limits).list({ url, apiKey }, 'paintings', { signal }));
}

/** The failure of reading a server's paintings, with the promises that every failure keeps. */
async function failureOf(server: Pick<TestServer, 'url'>, limits: Partial<TemplateLimits> = {}) {
  const failure = await paintingsOf(server.url, limits).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof Error)) throw new TypeError('The call succeeded.');
  expect(failure.message).toMatch(/^GET \/api\/export\/paintings: expected .+, .+; .+$/);
  expect(failure.message).not.toContain(apiKey);
  expect(failure.message).not.toContain('must not be repeated');
  return failure;
}

describe('a status other than 200', () => {
  it.each([
    [401, 'KeyRefusedError', 'KEY_REFUSED'],
    [403, 'KeyRefusedError', 'KEY_REFUSED'],
    [404, 'NotFoundError', 'NOT_FOUND'],
    [429, 'RateLimitedError', 'RATE_LIMITED'],
    [500, 'ServerError', 'SERVER_ERROR'],
    [503, 'ServerError', 'SERVER_ERROR'],
    [204, 'UnexpectedStatusError', 'UNEXPECTED_STATUS'],
    [400, 'UnexpectedStatusError', 'UNEXPECTED_STATUS'],
    [405, 'UnexpectedStatusError', 'UNEXPECTED_STATUS'],
  ])('%i is a %s', async (status, name, code) => {
    expect(await failureOf(await serveStatus(status))).toMatchObject({ name, code, status });
  });

  it.each([
    ['120', 120_000],
    ['soon', null],
    ['', null],
  ])('429 with Retry-After %j is to be tried again in %s ms', async (header, retryAfterMs) => {
    expect(await failureOf(await serveStatus(429, { 'retry-after': header }))).toMatchObject({
      retryAfterMs,
    });
  });

  it('429 with a date in Retry-After is to be tried again then', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const failure = await failureOf(await serveStatus(429, { 'retry-after': inAMinute }));
    expect(failure).toMatchObject({ retryAfterMs: expect.closeTo(60_000, -4) });
  });
});

it('a failure that goes on and on is not listened to: its connection is closed', async () => {
  const server = await serve((_request, response) => {
    response.writeHead(500).write('x'.repeat(1024));
  });
  expect(await failureOf(server)).toMatchObject({ code: 'SERVER_ERROR' });
  await expect.poll(server.openSockets).toBe(0);
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i is not followed: the other origin never sees the key',
    async (status) => {
      const elsewhere = await serveText(soundBody);
      const location = `${elsewhere.url}/login?next=must-not-be-repeated`;
      const failure = await failureOf(await serveStatus(status, { location }));
      expect(failure).toMatchObject({
        name: 'RedirectedError',
        code: 'REDIRECTED',
        status,
        targetOrigin: elsewhere.url,
      });
      expect(failure.message).toContain(elsewhere.url);
      expect(failure.message).not.toContain('login');
      expect(elsewhere.asked).toEqual([]);
    },
  );

  it('within the site, or to nowhere readable, is an error all the same', async () => {
    const within = await serveStatus(302, { location: '/login' });
    expect(await failureOf(within)).toMatchObject({ code: 'REDIRECTED', targetOrigin: within.url });
    const nowhere = await serveStatus(302, { location: 'http://[' });
    expect(await failureOf(nowhere)).toMatchObject({ code: 'REDIRECTED', targetOrigin: null });
    const odd = await serveStatus(302, { location: 'javascript:alert(1)' });
    expect(await failureOf(odd)).toMatchObject({ code: 'REDIRECTED', targetOrigin: null });
  });
});

describe('a slow site', () => {
  it('that accepts the connection and says nothing runs into the limit for headers', async () => {
    const server = await serve(() => {});
    expect(await failureOf(server, { headersMs: 200 })).toMatchObject({
      name: 'TimeoutError',
      code: 'TIMEOUT',
      limit: 'HEADERS',
      limitMs: 200,
    });
    await expect.poll(server.openSockets).toBe(0);
  });

  it('that stops inside the body runs into the limit for idle time', async () => {
    const server = await serve((_request, response) => response.write('{"paintings": [{"id": 1}'));
    expect(await failureOf(server, { idleMs: 200 })).toMatchObject({ limit: 'IDLE', limitMs: 200 });
    await expect.poll(server.openSockets).toBe(0);
  });

  it('that sends a byte at a time for ever runs into the limit for the whole call', async () => {
    const server = await serve((_request, response) => {
      response.write('{"paintings": [');
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const failure = await failureOf(server, { listCallMs: 400, idleMs: 300, headersMs: 300 });
    expect(failure).toMatchObject({ limit: 'WHOLE_CALL', limitMs: 400 });
    await expect.poll(server.openSockets).toBe(0);
  });

  it('that never finishes its TLS handshake runs into the limit for connecting', async () => {
    const server = await serveRaw((socket) => socket.resume());
    const site = { ...server, url: server.url.replace('http:', 'https:') };
    expect(await failureOf(site, { connectMs: 200 })).toMatchObject({ limit: 'CONNECT', limitMs: 200 });
  });

  it('is no error while Cimaise itself takes its time: the idle limit counts the site only', async () => {
    const rows = JSON.stringify({
      paintings: Array.from({ length: 40_000 }, (_, id) => ({ id, name: 'x'.repeat(200) })),
    });
    const server = await serveText(rows);
    const list = testClient({ idleMs: 150 }).list({ url: server.url, apiKey }, 'paintings');
    const first = await list.next();
    expect(first.done).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const { end } = await readAll(list);
    expect(end.rows).toBe(40_000);
  });
});

describe('a site that is not there', () => {
  it('is unreachable with the code of the system', async () => {
    const closed = { url: 'http://127.0.0.1:1' };
    expect(await failureOf(closed)).toMatchObject({
      name: 'UnreachableError',
      code: 'UNREACHABLE',
      systemCode: 'ECONNREFUSED',
      cause: expect.any(Error),
    });
    const unknown = { url: 'http://no-such-gallery.invalid' };
    expect(await failureOf(unknown)).toMatchObject({
      systemCode: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    });
  });

  it.each([
    ['before its answer', '', false],
    ['inside its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"paintings": [{"id": 1}', true],
  ])('because it resets the connection %s is unreachable', async (_when, answer, answerBegan) => {
    const server = await serveRaw((socket) => {
      socket.once('data', () =>
        answer === '' ? socket.resetAndDestroy() : socket.write(answer, () => socket.resetAndDestroy()),
      );
    });
    expect(await failureOf(server)).toMatchObject({
      code: 'UNREACHABLE',
      systemCode: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/),
      answerBegan,
      message: expect.stringContaining(answerBegan ? 'ended inside it' : 'the connection failed'),
    });
  });

  it('because something else than HTTP answers is unreachable, and its words stay out of the error', async () => {
    const server = await serveRaw((socket) =>
      socket.once('data', () => socket.end('SSH-2.0-must not be repeated\r\n')),
    );
    const failure = await failureOf(server);
    expect(failure).toMatchObject({ code: 'UNREACHABLE', systemCode: expect.stringMatching(/^HPE_/) });
    expect(failure.cause).toBe(undefined);
  });
});

describe('a body whose length is wrong', () => {
  const answer = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${soundBody}`;

  it('is an error when it is shorter than promised, although what came is whole', async () => {
    const server = await serveRaw((socket) =>
      socket.once('data', () => socket.end(answer(soundBody.length + 10))),
    );
    expect(await failureOf(server)).toMatchObject({ code: 'UNREACHABLE', answerBegan: true });
  });

  it('is an error when it is longer than promised', async () => {
    const server = await serveRaw((socket) =>
      socket.once('data', () => socket.end(answer(soundBody.length - 10))),
    );
    expect(await failureOf(server)).toMatchObject({ code: 'NOT_JSON', came: 'JSON cut off after 1 record' });
  });

  it('is an error when its chunks stop without an end', async () => {
    const server = await serveRaw((socket) => {
      const chunk = `${soundBody.length.toString(16)}\r\n${soundBody}\r\n`;
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`));
    });
    expect(await failureOf(server)).toMatchObject({ code: 'UNREACHABLE', answerBegan: true });
  });
});

describe('TLS', () => {
  it('fails with a certificate that no authority vouches for, before the key is sent', async () => {
    const server = createTlsServer(selfSigned(), (_request, response) => response.end(soundBody));
    let asked = 0;
    server.on('request', () => asked++);
    const listening = await listen(server);
    const url = listening.url.replace('http:', 'https:');
    expect(await failureOf({ ...listening, url })).toMatchObject({
      name: 'TlsError',
      code: 'TLS_FAILED',
      systemCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(asked).toBe(0);
  });

  it('fails where plain HTTP answers', async () => {
    const server = await serveText(soundBody);
    const url = server.url.replace('http:', 'https:');
    expect(await failureOf({ ...server, url })).toMatchObject({ code: 'TLS_FAILED' });
  });
});

describe('a compressed body', () => {
  it.each([
    ['gzip', gzipSync(soundBody)],
    ['deflate', deflateSync(soundBody)],
    ['deflate', deflateRawSync(soundBody)],
    ['identity', Buffer.from(soundBody)],
  ])('in %s is unpacked', async (encoding, body) => {
    const server = await serveText(body, { 'content-encoding': encoding });
    expect((await paintingsOf(server.url)).records).toEqual([{ id: 1 }, { id: 2 }]);
    expect(server.asked[0]?.headers['accept-encoding']).toBe('gzip, deflate');
  });

  it.each([
    [
      'that is cut off',
      'gzip',
      gzipSync(soundBody).subarray(0, -12),
      'a compressed body that does not unpack',
    ],
    ['that is none', 'gzip', Buffer.from(soundBody), 'a compressed body that does not unpack'],
    [
      'in an encoding not asked for',
      'br',
      Buffer.from(soundBody),
      'a body in a content encoding that was not asked for',
    ],
    ['of nothing', 'deflate', Buffer.from(''), 'an empty body'],
  ])('%s is not JSON', async (_what, encoding, body, came) => {
    const server = await serveText(body, { 'content-encoding': encoding });
    expect(await failureOf(server)).toMatchObject({ code: 'NOT_JSON', came });
  });
});

describe('an answer of another kind', () => {
  it.each([
    ['<html><body>must not be repeated</body></html>', 'an HTML page'],
    ['', 'an empty body'],
    ['null', 'null'],
    ['{"paintings": [{"id": 1}, {"id": 2', 'JSON cut off after 1 record'],
  ])('%j is not JSON', async (body, came) => {
    expect(await failureOf(await serveText(body))).toMatchObject({ code: 'NOT_JSON', came });
  });

  it.each([
    ['{"items": []}', 'data or paintings'],
    ['[]', ''],
    ['{"success": false, "data": []}', 'success'],
    ['{"count": "2", "paintings": []}', 'count'],
  ])('%j has the wrong shape', async (body, where) => {
    expect(await failureOf(await serveText(body))).toMatchObject({ code: 'WRONG_SHAPE', where });
  });

  it.each([
    ['<html>', 'NOT_JSON'],
    ['', 'NOT_JSON'],
    ['12', 'NOT_JSON'],
    ['{"stats": {', 'NOT_JSON'],
    [Buffer.from('{"stats": "\xe9"}', 'latin1'), 'NOT_JSON'],
    ['[]', 'WRONG_SHAPE'],
    ['{"stats": []}', 'WRONG_SHAPE'],
    ['{"success": false, "stats": {}}', 'WRONG_SHAPE'],
    ['['.repeat(500_000), 'NOT_JSON'],
    [`{"stats": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'WRONG_SHAPE'],
    [' '.repeat(1024 * 1024 + 1), 'TOO_LARGE'],
  ])('is recognised in small answers too', async (body, code) => {
    const { url } = await serveText(body);
    await expect(testClient().stats({ url, apiKey })).rejects.toMatchObject({ code });
  });

  it.each([
    '{"success": false, "error": "no"}',
    '{"success": true}',
    '{"data": []}x',
    '[]',
    '{"success": true, "data": {}}',
  ])('%s is no list of settings', async (body) => {
    const { url } = await serveText(body);
    await expect(testClient().settings({ url, apiKey })).rejects.toMatchObject({
      code: expect.stringMatching(/^(WRONG_SHAPE|NOT_JSON)$/),
    });
  });
});

describe('a call', () => {
  it('keeps the path prefix of the site, and sends limit, offset and the key', async () => {
    const server = await serveText(soundBody);
    await readAll(
      testClient().list({ url: `${server.url}/gallery//?a=1#b`, apiKey }, 'paintings', {
        limit: 20,
        offset: 40,
      }),
    );
    expect(server.asked).toMatchObject([
      {
        method: 'GET',
        url: '/gallery/api/export/paintings?limit=20&offset=40',
        headers: { 'x-api-key': apiKey },
      },
    ]);
  });

  it('goes over a connection of the calls before', async () => {
    const server = await serveText(soundBody);
    const client = testClient();
    for (let call = 0; call < 10; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await readAll(client.list({ url: server.url, apiKey }, 'paintings'));
    }
    expect(server.asked).toHaveLength(10);
    expect(server.openSockets()).toBeLessThan(3);
  });

  it.each(['', 'a key', 'clé', 'a\r\nb'])('is not made with %j for a key', async (unusable) => {
    const server = await serveText(soundBody);
    const list = testClient().list({ url: server.url, apiKey: unusable }, 'paintings');
    await expect(readAll(list)).rejects.toMatchObject({ code: 'KEY_REFUSED', status: null });
    expect(server.asked).toEqual([]);
  });

  it("ends with the caller's own reason, before it is sent or in the middle of its body", async () => {
    const server = await serve((_request, response) => response.write('{"paintings": [{"id": 1},'));
    const reason = Object.assign(new Error('The run was cancelled.'), { code: 'ECONNRESET' });
    await expect(paintingsOf(server.url, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.asked).toEqual([]);

    const cancel = new AbortController();
    const list = testClient().list({ url: server.url, apiKey }, 'paintings', { signal: cancel.signal });
    expect((await list.next()).value).toMatchObject({ records: [{ id: 1 }] });
    const next = list.next();
    cancel.abort(reason);
    await expect(next).rejects.toBe(reason);
    await expect.poll(server.openSockets).toBe(0);
  });

  it('whose reader leaves early closes its connection', async () => {
    const server = await serve((_request, response) => response.write('{"paintings": [{"id": 1},'));
    for await (const { records } of testClient().list({ url: server.url, apiKey }, 'paintings')) {
      expect(records).toEqual([{ id: 1 }]);
      break;
    }
    await expect.poll(server.openSockets).toBe(0);
  });
});
