import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { UnsealError } from '../../src/core/secrets.ts';
import type { Database } from '../../src/db/client.ts';
import { InvalidSiteError, InvalidUrlError, SiteExistsError, addSite } from '../../src/registry/add-site.ts';
import { SiteNotFoundError, openSite } from '../../src/registry/open-site.ts';
import { createTestDatabase } from '../support/database.ts';
import { dumpDatabase } from '../sync/support/run-record.ts';

let database: Database;
const secretKey = Buffer.alloc(32, 7);
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const add = (input: { name?: string; url?: string; key?: string }) =>
  addSite(
    { database, secretKey },
    { name: 'Galerie', url: 'https://gallery.example', key: 'FAKE-key', ...input },
  );

describe('registering a site', () => {
  it('keeps its key sealed, and opens it again for the one who reaches the site', async () => {
    const { id } = await add({
      name: '  Galerie  ',
      url: 'https://sealed.example',
      key: 'FAKE-key-in-clear',
    });

    expect(await database.prisma.site.findUnique({ where: { id } })).toMatchObject({
      name: 'Galerie',
      status: 'NEW',
      generation: null,
      syncedAt: null,
    });
    expect(await openSite({ database, secretKey }, id)).toEqual({
      url: 'https://sealed.example',
      apiKey: 'FAKE-key-in-clear',
    });
    expect(await dumpDatabase(database)).not.toContain('FAKE-key-in-clear');
  });

  it.each([
    ['HTTPS://Upper.Example:443/', 'https://upper.example'],
    ['http://path.example/shop//', 'http://path.example/shop'],
    ['https://query.example/?a=1#b', 'https://query.example'],
    ['http://127.0.0.1:5100', 'http://127.0.0.1:5100'],
    ['https://œuvre.example', 'https://xn--uvre-f4a.example'],
  ])('writes one address in one way: %s', async (url, expected) => {
    const { id } = await add({ url });

    expect(await database.prisma.site.findUnique({ where: { id } })).toMatchObject({ url: expected });
    await expect(add({ url: `${expected}/` })).rejects.toThrow(SiteExistsError);
  });

  it('of the same address many times at once makes one site', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, () => add({ url: 'https://once.example' })),
    );

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason);
    expect(reasons.every((reason) => reason instanceof SiteExistsError)).toBe(true);
  });

  it.each([
    '',
    'gallery.example',
    'ftp://gallery.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:FAKE-password@gallery.example',
    `https://gallery.example/${'a'.repeat(3_000)}`,
  ])('refuses an address that is none: %s', async (url) => {
    const failing = add({ url });

    await expect(failing).rejects.toThrow(InvalidUrlError);
    await expect(failing).rejects.not.toThrow('FAKE-password');
  });

  it.each(['', '   ', 'a'.repeat(201), 'Nu\u0000l', 'half \ud83c'])(
    'refuses a name that is none: %j',
    async (name) => {
      await expect(add({ name, url: 'https://name.example' })).rejects.toThrow(InvalidSiteError);
    },
  );

  it.each(['', 'FAKE key', 'FAKE-clé', 'FAKE-key\n', 'F'.repeat(501)])(
    'refuses a key that no header can carry, without telling it: %j',
    async (key) => {
      const failing = add({ key, url: 'https://key.example' });

      await expect(failing).rejects.toThrow(InvalidSiteError);
      await expect(failing).rejects.not.toThrow(/FAKE|FFF/);
    },
  );
});

describe('reaching a site', () => {
  it('that is not there says so', async () => {
    await expect(openSite({ database, secretKey }, 999_999)).rejects.toThrow(SiteNotFoundError);
  });

  it('whose address was changed in the database does not get its key sent there', async () => {
    const { id } = await add({ url: 'https://moved.example' });
    await database.prisma.site.update({ where: { id }, data: { url: 'https://thief.example' } });

    await expect(openSite({ database, secretKey }, id)).rejects.toThrow(UnsealError);
  });
});
