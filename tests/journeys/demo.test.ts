import { expect, it } from 'vitest';
import { z } from 'zod';

import { createScratchDirectory } from '../../src/core/scratch-directory.ts';
import { runMain } from '../support/gateway-process.ts';

const Report = z.object({
  sites: z.array(
    z.object({
      name: z.string(),
      generation: z.enum(['V1', 'V2']),
      status: z.literal('HEALTHY'),
      paintings: z.number().min(1),
      users: z.number().min(1),
      orders: z.number().min(1),
      exhibitions: z.number().min(1),
      customRequests: z.number().min(1),
      rejected: z.literal(0),
    }),
  ),
  seconds: z.number().positive(),
});

it('mirrors three demo sites of both generations and says so in one line of JSON, last', async () => {
  using dataDir = createScratchDirectory();
  await using demo = runMain('demo.ts', ['--once'], { CIMAISE_DATA_DIR: dataDir.path, PORT: '0' });

  expect(await demo.ended()).toBe(0);

  const report = Report.parse(JSON.parse(demo.printed().trim().split('\n').at(-1) ?? ''));
  expect(report.sites.map(({ generation }) => generation)).toEqual(['V1', 'V2', 'V2']);
});
