import { describe, expect, it } from 'vitest';

import { UnsealError, open, sameSecret, seal } from '../../src/core/secrets.ts';

const key = Buffer.alloc(32, 7);
const context = 'https://gallery.example';

describe('a sealed secret', () => {
  it.each(['sk', '', 'é 日本 🎨', 'a'.repeat(10_000)])('opens as it was: %#', (text) => {
    expect(open(key, seal(key, text, context), context)).toBe(text);
  });

  it('never looks the same twice, and does not show what it holds', () => {
    const [one, two] = [seal(key, 'FAKE-key', context), seal(key, 'FAKE-key', context)];

    expect(one).not.toBe(two);
    expect(one).not.toContain('FAKE-key');
    expect(Buffer.from(one.split('.')[3] ?? '', 'base64url').toString()).not.toContain('FAKE');
  });

  it('opens with its own key and in its own place only', () => {
    const sealed = seal(key, 'FAKE-key', context);

    expect(() => open(Buffer.alloc(32, 8), sealed, context)).toThrow(UnsealError);
    expect(() => open(key, sealed, 'https://elsewhere.example')).toThrow(UnsealError);
  });

  it.each([0, 1, 2, 3])('does not open once part %i of it is altered', (part) => {
    const parts = seal(key, 'FAKE-key', context).split('.');
    const text = parts[part] ?? '';
    parts[part] = (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

    expect(() => open(key, parts.join('.'), context)).toThrow(UnsealError);
  });

  it('does not open with a part of its tag', () => {
    const [version, nonce, tag = '', text] = seal(key, 'FAKE-key', context).split('.');
    const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');

    expect(() => open(key, [version, nonce, short, text].join('.'), context)).toThrow(UnsealError);
  });

  it.each(['', 'FAKE-key', 'v1', 'v1.a.b', 'v2.a.b.c', 'v1.AAAA.AAAA.AAAA', '...'])('is not: %j', (text) => {
    expect(() => open(key, text, context)).toThrow(UnsealError);
    expect(() => open(key, text, context)).not.toThrow('FAKE-key');
  });
});

describe('comparing secrets', () => {
  it('tells the same from another, of any length', () => {
    expect(sameSecret('token', 'token')).toBe(true);
    expect(sameSecret('token', 'tokem')).toBe(false);
    expect(sameSecret('token', 'token ')).toBe(false);
    expect(sameSecret('', 'token')).toBe(false);
  });
});
