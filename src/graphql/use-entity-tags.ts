import { createHash } from 'node:crypto';

import type { Plugin } from 'graphql-yoga';

import type { Context, ServerContext } from './context.ts';

/** Only the client itself may keep an answer, and asks each time whether it still holds. */
export const REVALIDATE = 'private, no-cache';

/**
 * Gives every answer to a GET the hash of itself as `ETag`, and leaves it out (304) where the client has it already.
 * The tag tells of an answer that was made, or kept, for this request: it is never stale.
 */
export function useEntityTags(): Plugin<Context & ServerContext, ServerContext> {
  return {
    async onResponse({ request, response, setResponse, fetchAPI, serverContext: { toKeep } }) {
      if (request.method !== 'GET' || response.status !== 200) return;
      const type = response.headers.get('Content-Type') ?? '';
      if (!/^application\/(graphql-response\+)?json/.test(type)) return;
      const text = await response.text();
      const tag = `W/"${createHash('sha256').update(`${type}\n${text}`).digest('base64url')}"`;
      if (toKeep !== undefined) toKeep.tag = tag;
      const isHeld = holdsTag(request.headers.get('If-None-Match') ?? undefined, tag);
      setResponse(
        new fetchAPI.Response(isHeld ? null : text, {
          status: isHeld ? 304 : 200,
          headers: {
            ...(isHeld ? {} : Object.fromEntries(response.headers)),
            ETag: tag,
            'Cache-Control': REVALIDATE,
          },
        }),
      );
    },
  };
}

/** Tags are weak: a kept answer says besides that it was kept. */
export const holdsTag = (ifNoneMatch: string | undefined, tag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((held) => held.trim())
    .some((held) => held === '*' || opaque(held) === opaque(tag));

const opaque = (tag: string): string => tag.replace(/^W\//, '');
