import DataLoader from 'dataloader';

import type { Entity } from '../../db/generated/prisma/enums.ts';
import { countRejected } from '../../features/figures/count-rejected.ts';
import type { Context } from '../context.ts';
import type { FigureSite } from './figure-sites.ts';

/** Records of an entity that the sites hold and that could not be mirrored: what a figure has to leave out. */
export const rejectedCount = (
  { loaders, database: { pool } }: Context,
  entity: Entity,
  sites: readonly FigureSite[],
): Promise<number> =>
  loaders
    .batch(
      `rejected:${entity}`,
      () =>
        new DataLoader<readonly FigureSite[], number>((requests) => countRejected(pool, requests, entity)),
    )
    .load(sites);
