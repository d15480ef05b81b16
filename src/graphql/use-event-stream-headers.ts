import type { Plugin } from 'graphql-yoga';

/** Asks proxies to pass each event on as it comes. */
export function useEventStreamHeaders(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      if (!headers.get('content-type')?.startsWith('text/event-stream')) return;
      headers.set('Cache-Control', 'no-cache, no-transform');
      headers.set('X-Accel-Buffering', 'no'); // nginx
      headers.delete('Content-Encoding'); // Yoga sends "none", which is no encoding that clients know
    },
  };
}
