import type { ObjectRef } from '@pothos/core';

import { type ExtendedTypes, builder } from '../builder.ts';
import type { Connection } from '../lists/connection.ts';

/** The Relay connection and edge of a type: `PaintingConnection`, `PaintingEdge`. */
export function connectionType<Row extends object>(type: ObjectRef<ExtendedTypes, Row>, rows: string) {
  const edge = builder.edgeObject({
    type,
    name: `${type.name}Edge`,
    description: `One row of a list of ${rows}.`,
  });
  return builder.connectionObject(
    {
      type,
      name: `${type.name}Connection`,
      description: `A page of a list of ${rows}.`,
      fields: (t) => ({
        nodes: t.field({
          type: [type],
          description: 'The rows of the page, without their cursors.',
          resolve: (connection) => asMade<Row>(connection).nodes,
        }),
        totalCount: t.int({
          description: `How many ${rows} the whole list holds. Counted only when asked for.`,
          resolve: (connection) => asMade<Row>(connection).totalCount,
        }),
      }),
    },
    edge,
  );
}

/** Every connection of this API is made in lists/connection.ts; Pothos knows only what Relay asks of one. */
export const asMade = <Row extends object>(connection: object) => connection as Connection<Row>;
