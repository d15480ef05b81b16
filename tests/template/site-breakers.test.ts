import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { KeyRefusedError, NotFoundError, ServerError, TimeoutError } from '../../src/template/errors.ts';
import { SiteRestingError, createSiteBreakers, type SiteBreakers } from '../../src/template/site-breakers.ts';

const SITE = 'https://gallery.example';
const call = { method: 'GET', path: '/api/export/stats' } as const;
const down = new ServerError(call, 502);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

async function fail(breakers: SiteBreakers, times: number, error: Error = down, site = SITE) {
  for (let time = 0; time < times; time++) {
    // oxlint-disable-next-line no-await-in-loop
    await (await breakers.begin(site)).leave(error);
  }
}
const succeed = async (breakers: SiteBreakers) => (await breakers.begin(SITE)).leave();

describe('a site that keeps failing', () => {
  it('rests after five failed calls in a row, and says until when; others do not', async () => {
    const breakers = createSiteBreakers();
    await fail(breakers, 5);

    const resting = breakers.begin(SITE);

    await expect(resting).rejects.toBeInstanceOf(SiteRestingError);
    await expect(resting).rejects.toMatchObject({
      code: 'SITE_RESTING',
      until: new Date(Date.UTC(2026, 0, 1, 0, 0, 30)),
      message: expect.stringContaining(
        'its last 5 calls failed: it is asked again from 2026-01-01T00:00:30.000Z',
      ),
    });
    await (await breakers.begin('https://other.example')).leave();
  });

  it('is tried by one call after its rest: well, and it is asked as before', async () => {
    const breakers = createSiteBreakers();
    await fail(breakers, 5);
    vi.setSystemTime(Date.now() + 29_999);
    await expect(breakers.begin(SITE)).rejects.toBeInstanceOf(SiteRestingError);
    vi.setSystemTime(Date.now() + 1);

    await succeed(breakers);

    await fail(breakers, 4);
    await succeed(breakers);
  });

  it('is tried by one call after its rest: badly, and it rests again', async () => {
    const breakers = createSiteBreakers();
    await fail(breakers, 5);
    vi.setSystemTime(Date.now() + 30_000);

    await fail(breakers, 1, new TimeoutError(call, 'IDLE', 1));

    await expect(breakers.begin(SITE)).rejects.toMatchObject({ until: new Date(Date.now() + 30_000) });
  });

  it('lets a second call wait for the one that tries, and for no longer than it is wanted', async () => {
    const breakers = createSiteBreakers();
    await fail(breakers, 5);
    vi.setSystemTime(Date.now() + 30_000);
    const first = await breakers.begin(SITE);
    const stop = new AbortController();
    const called = breakers.begin(SITE, stop.signal);
    const second = breakers.begin(SITE);

    stop.abort(new Error('stopped'));
    await expect(called).rejects.toThrow('stopped');
    await first.leave();

    await (await second).leave();
  });

  it('counts only failures in a row, and only those that speak of the whole site', async () => {
    const breakers = createSiteBreakers();
    await fail(breakers, 4);
    await succeed(breakers);
    await fail(breakers, 4);
    await fail(breakers, 20, new NotFoundError(call));
    await fail(breakers, 20, new KeyRefusedError(call, 401));
    await fail(breakers, 20, new TypeError('a fault of ours'));

    await expect(succeed(breakers)).resolves.toBeUndefined();
  });
});
