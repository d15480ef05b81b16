import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { runMain } from '../support/gateway-process.ts';

const READY = /Cimaise serves (http:\/\/\S+?)\/graphql/;

const pidFile = (dataDir: string) => join(dataDir, 'postgres', 'postmaster.pid');

/** The process id of the PostgreSQL of a data directory; its file is gone once it has shut down. */
const postgresPid = (dataDir: string) => Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0]);

describe('npm start', () => {
  it('is ready on a new data directory, keeps its token to itself, and stops its database on Ctrl-C', async () => {
    using dataDir = createScratchDirectory();
    await using gateway = runMain('serve.ts', [], { CIMAISE_DATA_DIR: dataDir.path, PORT: '0' });

    const [, url] = await gateway.hasPrinted(READY);
    const [, token] = await gateway.hasPrinted(/admin token (\S+)/);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect((await fetch(`${url}/graphql`, { method: 'POST' })).status).toBe(401);
    expect(readFileSync(join(dataDir.path, 'admin-token'), 'utf8')).toBe(token);
    expect(statSync(join(dataDir.path, 'admin-token')).mode & 0o777).toBe(0o600);

    expect(existsSync(pidFile(dataDir.path))).toBe(true);
    gateway.kill('SIGINT');
    expect(await gateway.ended()).toBe(0);
    expect(existsSync(pidFile(dataDir.path))).toBe(false);
  });

  it('adopts the database that a killed gateway left behind, and stops it in the end', async () => {
    using dataDir = createScratchDirectory();
    const env = { CIMAISE_DATA_DIR: dataDir.path, PORT: '0' };
    await using killed = runMain('serve.ts', [], env);
    await killed.hasPrinted(READY);
    const postgres = postgresPid(dataDir.path);
    killed.kill('SIGKILL');
    await killed.ended();

    await using next = runMain('serve.ts', [], env);
    await next.hasPrinted(READY);
    expect(postgresPid(dataDir.path)).toBe(postgres);
    next.kill('SIGINT');
    expect(await next.ended()).toBe(0);
    expect(existsSync(pidFile(dataDir.path))).toBe(false);
  });

  it('starts again after its database was killed', async () => {
    using dataDir = createScratchDirectory();
    const env = { CIMAISE_DATA_DIR: dataDir.path, PORT: '0' };
    await using first = runMain('serve.ts', [], env);
    await first.hasPrinted(READY);
    process.kill(postgresPid(dataDir.path), 'SIGKILL');
    first.kill('SIGKILL');
    await first.ended();

    await using next = runMain('serve.ts', [], env);
    const [, url] = await next.hasPrinted(READY);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it('leaves the database to a second gateway on the same data directory', async () => {
    using dataDir = createScratchDirectory();
    const env = { CIMAISE_DATA_DIR: dataDir.path, PORT: '0' };
    await using first = runMain('serve.ts', [], env);
    await first.hasPrinted(READY);
    await using second = runMain('serve.ts', [], env);
    const [, url] = await second.hasPrinted(READY);

    first.kill('SIGINT');
    await first.ended();
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });
});

describe('a start that cannot work', () => {
  /** One line, exit code 1, no stack. */
  async function refusal(env: Record<string, string>): Promise<string> {
    await using gateway = runMain('serve.ts', [], env);
    expect(await gateway.ended()).toBe(1);
    const printed = gateway.printed().trim();
    expect(printed.split('\n')).toHaveLength(1);
    return printed;
  }

  it('names every bad variable at once', async () => {
    using dataDir = createScratchDirectory();
    const printed = await refusal({
      CIMAISE_DATA_DIR: dataDir.path,
      PORT: 'four thousand',
      ROLE: 'king',
      ADMIN_TOKEN: 'short',
      DATABASE_URL: 'mysql://localhost/cimaise',
      SYNC_VALIDATION: 'maybe',
    });
    for (const name of ['PORT', 'ROLE', 'ADMIN_TOKEN', 'DATABASE_URL', 'SYNC_VALIDATION']) {
      expect(printed).toContain(name);
    }
  });

  it('says which port is in use', async () => {
    using dataDir = createScratchDirectory();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = z.object({ port: z.number() }).parse(taken.address());
    expect(await refusal({ CIMAISE_DATA_DIR: dataDir.path, PORT: String(port) })).toBe(
      `Port ${port} is in use: stop what uses it, or set PORT to another.`,
    );
    taken.close();
  });

  it('says what is wrong with a data directory', async () => {
    using dataDir = createScratchDirectory();
    const file = join(dataDir.path, 'a-file');
    writeFileSync(file, '');
    expect(await refusal({ CIMAISE_DATA_DIR: file })).toContain(`Cannot use ${file} as data directory`);
  });

  it.each([
    ['nobody listens there', (url: URL) => Object.assign(url, { port: '1' }), 'ECONNREFUSED'],
    ['the password is wrong', (url: URL) => Object.assign(url, { password: 'wrong-password' }), 'password'],
    ['there is no such database', (url: URL) => Object.assign(url, { pathname: '/nowhere' }), 'nowhere'],
  ])('says of DATABASE_URL that %s, without repeating it', async (_, change, words) => {
    using dataDir = createScratchDirectory();
    const url = new URL(inject('templateUrl'));
    const { password } = url;
    const printed = await refusal({
      CIMAISE_DATA_DIR: dataDir.path,
      DATABASE_URL: change(url).href,
      PORT: '0',
    });
    expect(printed).toContain('DATABASE_URL');
    expect(printed).toContain(words);
    expect(printed).not.toContain(password);
    expect(printed).not.toContain('wrong-password');
  });
});
