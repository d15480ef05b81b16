import { expect, it } from 'vitest';

import { WrongShapeError } from '../../src/template/errors.ts';
import { testClient } from './support/client.ts';
import { serve } from './support/serve.ts';

const answering = async (body: unknown) => {
  const { url } = await serve((_, response) => response.end(JSON.stringify(body)));
  return { url, apiKey: 'a-key' };
};

it('takes a list whose count is not the number of its rows for one of which some is missing', async () => {
  const list = testClient().list(
    await answering({ paintings: [{ id: 1 }, { id: 2 }], count: 200 }),
    'paintings',
  );

  // The rows it has are given out; only then does it say that there should be more.
  expect((await list.next()).value).toMatchObject({ records: [{ id: 1 }, { id: 2 }] });
  await expect(list.next()).rejects.toThrow(WrongShapeError);
});

it('takes a failure answered with status 200 for a failure, not for a setting named error', async () => {
  const site = await answering({ error: 'database is down' });

  await expect(testClient().settings(site)).rejects.toThrow(WrongShapeError);
});
