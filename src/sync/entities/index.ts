import type { EntitySync } from '../entity-sync.ts';
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
