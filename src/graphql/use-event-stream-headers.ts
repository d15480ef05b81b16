import type { Plugin } from 'graphql-yoga';

/** What every stream of server-sent events says of itself: proxies pass each event on as it comes. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no', // nginx
} as const;

/** Asks proxies to pass each event on as it comes. */
export function useEventStreamHeaders(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      if (!headers.get('content-type')?.startsWith('text/event-stream')) return;
      for (const [name, value] of Object.entries(eventStreamHeaders)) headers.set(name, value);
      headers.delete('Content-Encoding'); // Yoga sends "none", which is no encoding that clients know
    },
  };
}
