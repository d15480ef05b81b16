import { customRequests } from './custom-requests.ts';
import { exhibitions } from './exhibitions.ts';
import { orders } from './orders.ts';
import { paintings } from './paintings.ts';
import type { Entity, RecordKind } from './record.ts';
import { users } from './users.ts';

export const recordKinds: Readonly<Record<Entity, RecordKind>> = {
  paintings,
  users,
  orders,
  exhibitions,
  customRequests,
};
