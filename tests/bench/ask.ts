import { z } from 'zod';

import { ADMIN_TOKEN, type Started } from './processes.ts';

/** Sends an operation that has to succeed. */
export async function ask(gateway: Started, query: string, variables: object): Promise<unknown> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = z.object({ data: z.unknown(), errors: z.unknown().optional() }).parse(await response.json());
  if (answer.errors !== undefined)
    throw new Error(`The gateway answered errors: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

/** Adds a demo site, and gives its id. */
export async function addSite(gateway: Started, url: string): Promise<string> {
  const input = { name: 'Bench', url, key: 'demo-key-of-this-site' };
  const data = await ask(
    gateway,
    'mutation ($input: AddSiteInput!) { result: addSite(input: $input) { ... on AddSitePayload { site { id } } } }',
    { input },
  );
  return z.object({ result: z.object({ site: z.object({ id: z.string() }) }) }).parse(data).result.site.id;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
