import DataLoader from 'dataloader';

import type { Entity } from '../db/generated/prisma/enums.ts';
import type { Loaders } from './loaders.ts';

/** What names the part of a run that reads one entity. */
interface EntityRunKey {
  runId: string;
  entity: Entity;
}

const textOf = ({ runId, entity }: EntityRunKey) => `${runId}:${entity}`;

/**
 * The rows that belong to one part of a run, in the order in which they are read; those of all parts of one answer are
 * read at once.
 */
export function loadOfEntityRun<Row extends EntityRunKey>(
  loaders: Loaders,
  name: string,
  key: EntityRunKey,
  read: (runIds: string[]) => Promise<Row[]>,
): Promise<Row[]> {
  const make = () =>
    new DataLoader<EntityRunKey, Row[], string>(
      async (keys) => {
        const byKey = Map.groupBy(await read([...new Set(keys.map(({ runId }) => runId))]), textOf);
        return keys.map((one) => byKey.get(textOf(one)) ?? []);
      },
      { cacheKeyFn: textOf },
    );
  return loaders.batch(name, make).load(key);
}
