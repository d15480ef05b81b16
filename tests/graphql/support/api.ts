import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { type Logger, pino } from 'pino';

import type { Database } from '../../../src/db/client.ts';
import type { GraphQLServices } from '../../../src/graphql/context.ts';
import { type GraphQLServer, createGraphQL } from '../../../src/graphql/create-graphql.ts';
import type { Cost } from '../../../src/graphql/limits/use-limits.ts';

interface AnswerError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string };
}

export interface Answer<Data> {
  data?: Data | null;
  errors?: AnswerError[];
  extensions?: { cost: Cost };
}

/** The API without a port. */
export interface Api {
  readonly yoga: GraphQLServer;
  /** Sends any text, and gives the whole answer back. */
  send(query: string, variables?: unknown): Promise<Answer<unknown>>;
  /** Sends an operation and gives the whole answer back. */
  ask<Data, Variables>(
    operation: TypedDocumentNode<Data, Variables>,
    ...variables: Variables extends Record<string, never> ? [] : [variables: Variables]
  ): Promise<Answer<Data>>;
  /** Sends an operation that has to succeed, and gives its data back. */
  read<Data, Variables>(
    operation: TypedDocumentNode<Data, Variables>,
    ...variables: Variables extends Record<string, never> ? [] : [variables: Variables]
  ): Promise<Data>;
}

export function createApi(services: GraphQLServices, logger: Logger = pino({ level: 'silent' })): Api {
  const yoga = createGraphQL(services, { logger });
  const send = async (query: string, variables?: unknown) => {
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  return {
    yoga,
    send,
    ask: (operation, ...[variables]) => send(print(operation), variables),
    async read(operation, ...variables) {
      const { data, errors } = await this.ask(operation, ...variables);
      if (errors !== undefined || data === undefined || data === null) {
        throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
      }
      return data;
    },
  };
}

/** What signs the cursors in tests. */
export const cursorKey = Buffer.alloc(32, 7);

/** Services for tests that only read. */
export function readingOnly(database: Database): GraphQLServices {
  const never = () => {
    throw new Error('this test only reads');
  };
  return {
    database,
    cursorKey,
    staleAfterMinutes: 1_440,
    revenueStatuses: ['CONFIRMED', 'SHIPPED', 'DELIVERED'],
    addSite: never,
    requestSync: never,
    cancelSync: never,
    removeSite: never,
    updateSite: never,
    confirmDeletions: never,
    discardDeletions: never,
    followProgress: never,
    followActivity: never,
  };
}
