import type { Plugin } from 'graphql-yoga';

import { type PersistedOperations, documentTextOf } from './persisted-operations.ts';

/**
 * Puts the text of a persisted operation in the place of its id, before anything else looks at it: limits and caches
 * see no difference. Yoga's own plugin would do it here, but not for the streams and sockets that bypass `onParams`.
 */
export function usePersistedOperations(operations: PersistedOperations): Plugin {
  return {
    onParams({ request, params, setParams }) {
      if (typeof params !== 'object' || params === null) return; // refused by Yoga, in its own words
      const { documentId, ...rest }: typeof params & { documentId?: unknown } = params;
      const named = request.method === 'GET' ? documentIdIn(request) : documentId;
      setParams({ ...rest, query: documentTextOf(operations, { ...rest, documentId: named }) });
    },
  };
}

/** Yoga reads from an address only what it knows. */
const documentIdIn = ({ url }: Request): string | null => new URL(url).searchParams.get('documentId');
