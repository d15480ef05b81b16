import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { StartError } from '../../src/core/errors.ts';
import { startEmbeddedDatabase } from '../../src/db/embedded.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cimaise-embedded-'));
  chmodSync(dataDir, 0o711); // PostgreSQL runs as another account when the tests run as root
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

const isRunning = () => existsSync(join(dataDir, 'postgres', 'postmaster.pid'));

describe('the embedded database', () => {
  it('starts, keeps what is stored, and is started again after it was stopped', async () => {
    const first = await startEmbeddedDatabase(dataDir);
    const client = await connect(first.url);
    await client.query('CREATE TABLE kept AS SELECT 42 AS answer');
    await client.end();
    await first.stop();
    expect(isRunning()).toBe(false);

    const second = await startEmbeddedDatabase(dataDir);
    const again = await connect(second.url);
    const { rows } = await again.query('SELECT answer FROM kept');
    await again.end();
    await second.stop();

    expect(first.adopted).toBe(false);
    expect(second.adopted).toBe(false);
    expect(rows).toEqual([{ answer: 42 }]);
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
  });

  it('that a killed process left behind is adopted', async () => {
    const leftBehind = await startEmbeddedDatabase(dataDir); // and never stopped by the one who started it
    const pid = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0];

    const next = await startEmbeddedDatabase(dataDir);

    expect(next).toMatchObject({ adopted: true, url: leftBehind.url });
    expect(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]).toBe(pid);
    await next.stop();
    expect(isRunning()).toBe(false);
    await leftBehind.stop(); // already stopped: nothing to say
  });

  it('is left running by the first of two users to stop, and stopped by the last', async () => {
    const one = await startEmbeddedDatabase(dataDir);
    const two = await startEmbeddedDatabase(dataDir);
    const user = await connect(two.url);

    await one.stop();

    expect((await user.query('SELECT 1 AS alive')).rows).toEqual([{ alive: 1 }]);
    await user.end();
    await two.stop();
    expect(isRunning()).toBe(false);
  });

  it('is made anew where an earlier start was interrupted while making it', async () => {
    mkdirSync(join(dataDir, 'postgres.new', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'postgres-password'), 'of the start that was interrupted');

    const database = await startEmbeddedDatabase(dataDir);
    const client = await connect(database.url);
    await client.end();
    await database.stop();

    expect(existsSync(join(dataDir, 'postgres', 'PG_VERSION'))).toBe(true);
    expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
  });

  it('that cannot be made says where and why in one sentence', async () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');

    const failing = startEmbeddedDatabase(file);

    await expect(failing).rejects.toThrow(StartError);
    await expect(failing).rejects.toThrow(/^Cannot keep a database in .*a-file: .*[^.]\.$/);
  });

  it('is made once when two processes start on a new directory at the same moment, and stopped once', async () => {
    const both = await Promise.all([startEmbeddedDatabase(dataDir), startEmbeddedDatabase(dataDir)]);
    expect(both.map(({ adopted }) => adopted).toSorted()).toEqual([false, true]);

    await Promise.all(both.map((database) => database.stop()));
    expect(isRunning()).toBe(false);
  });
});
