import type { ObjectRef } from '@pothos/core';

import { type ExtendedTypes, builder } from '../builder.ts';
import { asMade, connectionType } from './connection-type.ts';
import { freshnessField } from './freshness.ts';

/** The Relay connection and edge of a type of mirrored data: it can say how fresh it is. */
export function mirroredConnectionType<Row extends object>(
  type: ObjectRef<ExtendedTypes, Row>,
  rows: string,
) {
  const connection = connectionType(type, rows);
  builder.objectField(connection, 'freshness', (t) =>
    t.field({ ...freshnessField, resolve: (made) => freshnessField.resolve(asMade<Row>(made)) }),
  );
  return connection;
}
