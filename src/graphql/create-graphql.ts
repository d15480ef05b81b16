import { createYoga } from 'graphql-yoga';

import type { Logger } from '../core/logger.ts';
import { createClock } from './clock.ts';
import type { AnswerToKeep, Context, GraphQLServices, ServerContext } from './context.ts';
import { graphiqlOptions } from './graphiql.ts';
import { createDocumentCache } from './limits/document-cache.ts';
import { limits } from './limits/limits.ts';
import { useLimits } from './limits/use-limits.ts';
import { createLoaders } from './loaders.ts';
import { type PersistedOperations, noPersistedOperations } from './persisted-operations.ts';
import { maskError } from './report-errors.ts';
import { buildSchema } from './schema.ts';
import { useAnswersToKeep } from './use-answers-to-keep.ts';
import { useEntityTags } from './use-entity-tags.ts';
import { useEventStreamHeaders } from './use-event-stream-headers.ts';
import { usePersistedOperations } from './use-persisted-operations.ts';
import { useRequestIds } from './use-request-ids.ts';
import { useSharedAnswers } from './use-shared-answers.ts';

export type GraphQLServer = ReturnType<typeof createGraphQL>;

/** The API as a fetch function and a Node request listener. Who may call it is for http/ to say. */
export function createGraphQL(
  services: GraphQLServices,
  {
    logger,
    persistedOperations = noPersistedOperations,
  }: { logger: Logger; persistedOperations?: PersistedOperations },
) {
  return createYoga<ServerContext, Context>({
    schema: buildSchema(),
    context: ({ request, gone, toKeep }) =>
      createContext(services, gone ?? realSignal(request.signal), toKeep),
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // It asks about the schema, and for whatever is typed: neither is persisted.
    graphiql: persistedOperations.only ? false : () => graphiqlOptions(services.database),
    // The page is a text of 9 MB: it costs 40 MB of memory once it is asked for, and nothing before.
    renderGraphiQL: async (options) =>
      (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(options),
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: limits.bodyBytes,
    logging: false,
    maskedErrors: { maskError },
    parserAndValidationCache: {
      documentCache: createDocumentCache(),
      errorCache: createDocumentCache(),
    },
    plugins: [
      useRequestIds(logger),
      usePersistedOperations(persistedOperations),
      useLimits(),
      useSharedAnswers(),
      useEventStreamHeaders(),
      useAnswersToKeep(), // behind all that change a result
      useEntityTags(), // of what is sent
    ],
  });
}

function createContext(services: GraphQLServices, signal: AbortSignal, toKeep: AnswerToKeep = {}): Context {
  const { database } = services;
  return { services, database, signal, loaders: createLoaders(database), now: createClock(toKeep) };
}

/** Yoga's signal only looks like one: AbortSignal.any, for one, does not take it. */
function realSignal(signal: AbortSignal): AbortSignal {
  const real = new AbortController();
  if (signal.aborted) real.abort();
  signal.addEventListener('abort', () => real.abort(), { once: true });
  return real.signal;
}
