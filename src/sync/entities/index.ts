import type { Entity } from '../../db/generated/prisma/enums.ts';
import type { EntitySync } from '../entity-sync.ts';
import type { MirroredTable } from '../tombstone.ts';
import { customRequests } from './custom-requests.ts';
import { exhibitions } from './exhibitions.ts';
import { orders } from './orders.ts';
import { paintings } from './paintings.ts';
import { settings } from './settings.ts';
import { stats } from './stats.ts';
import { users } from './users.ts';

/** Everything that is mirrored, in the order in which a run works: the site's own totals first. */
export const entities: readonly EntitySync[] = [
  stats,
  settings,
  paintings,
  users,
  orders,
  exhibitions,
  customRequests,
];

/** The table whose rows are the records of an entity; null where none of them can go. */
export function tableOf(wanted: Entity): MirroredTable | null {
  return entities.find(({ entity }) => entity === wanted)?.table ?? null;
}
