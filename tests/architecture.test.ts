import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The house, in import order: a part imports only from parts above it. The demo site imports nothing of ours. */
const order = [
  'core',
  'config.ts',
  'db',
  'template',
  'events',
  'queue',
  'registry',
  'sync',
  'features',
  'tasks',
  'graphql',
  'http',
  'app.ts',
  'demo-site',
  'main',
];

const sources = globSync('src/**/*.ts', { cwd: root, exclude: ['src/db/generated/**'] }).map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

const partOf = (path: string) => relative('src', path).split('/')[0] ?? '';

const importsOf = ({ path, text }: { path: string; text: string }) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target = '']) =>
    normalize(join(dirname(path), target)),
  );

describe('the house', () => {
  it('has no part but those in the order', () => {
    expect(
      [...new Set(sources.map(({ path }) => partOf(path)))].filter((part) => !order.includes(part)),
    ).toEqual([]);
  });

  it('imports only upwards', () => {
    const upward = sources.flatMap((source) =>
      importsOf(source)
        .filter((target) => order.indexOf(partOf(target)) > order.indexOf(partOf(source.path)))
        .map((target) => `${source.path} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('keeps the demo site apart: it imports nothing of the gateway', () => {
    const imports = sources
      .filter(({ path }) => partOf(path) === 'demo-site')
      .flatMap((source) => importsOf(source).filter((target) => partOf(target) !== 'demo-site'));
    expect(imports).toEqual([]);
  });

  it('lets no feature import another', () => {
    const featureOf = (path: string) => /^src\/features\/([^/]+)/.exec(path)?.[1];
    const between = sources.flatMap((source) =>
      importsOf(source)
        .filter((target) => featureOf(source.path) !== undefined && featureOf(target) !== undefined)
        .filter((target) => featureOf(target) !== featureOf(source.path))
        .map((target) => `${source.path} imports ${target}`),
    );
    expect(between).toEqual([]);
  });

  it('reads the environment and catches signals in main/ only', () => {
    const readers = sources
      .filter(({ path }) => partOf(path) !== 'main')
      .filter(({ text }) => /process\.env|process\.(on|once)\(/.test(text))
      .map(({ path }) => path);
    expect(readers).toEqual([]);
  });

  it('tells progress from events without anything of a server, so that a browser can', () => {
    const shared = ['src/sync/reduce-progress.ts', 'src/sync/rate.ts'];
    const imports = sources
      .filter(({ path }) => shared.includes(path))
      .flatMap(({ text }) =>
        [...text.matchAll(/^import (?!type )[^;]*?from '([^']+)'/gm)].map(([, from]) => from),
      );
    expect(imports).toEqual(['./rate.ts']);
  });

  it('leaves ending the process to main/', () => {
    const enders = sources
      .filter(({ path }) => partOf(path) !== 'main')
      .filter(({ text }) => /process\.(exit|kill|abort)\b/.test(text));
    expect(enders.map(({ path }) => path)).toEqual([]);
  });

  it('tells the API the time by one clock, so that no answer is kept that depends on it', () => {
    const clocks = sources
      .filter(({ path }) => partOf(path) === 'graphql')
      .filter(({ text }) => /new Date\(\)|Date\.now\(\)|(?<!context\.)\bnow\(\)/.test(text));
    // The others only measure what an operation may cost, and tell when an answer was made.
    expect(clocks.map(({ path }) => path).toSorted()).toEqual([
      'src/graphql/clock.ts',
      'src/graphql/freshness.ts', // by the database's clock; it says until when that holds
      'src/graphql/schema/calendar-period.ts',
      'src/graphql/schema/period.ts',
      'src/graphql/use-answers-to-keep.ts',
    ]);
  });

  it('unseals keys in one file', () => {
    const openers = sources
      .filter(({ path }) => path !== 'src/core/secrets.ts')
      .filter(({ text }) => /import \{[^}]*\bopen\b[^}]*\} from '[^']*core\/secrets\.ts'/.test(text));
    expect(openers.map(({ path }) => path)).toEqual(['src/registry/open-site.ts']);
  });

  it('does nothing when it is imported: no connection, timer or file is opened outside a function', () => {
    const acting =
      /^(?:await |(?:const|let) [^=]*= (?:await |new (?:Pool|Client|Agent|PgBoss|PrismaClient)\b)|set(?:Timeout|Interval)\()/m;
    const actors = sources
      .filter(({ path }) => partOf(path) !== 'main')
      .filter(({ text }) => acting.test(text));
    expect(actors.map(({ path }) => path)).toEqual([]);
  });

  it('has no file over 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 400);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
