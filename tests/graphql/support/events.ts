import type { GraphQLServer } from '../../../src/graphql/create-graphql.ts';

/** Opens a subscription as server-sent events. */
export const subscribe = (yoga: GraphQLServer, query: string, variables: object, signal?: AbortSignal) =>
  yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
    ...(signal === undefined ? {} : { signal }),
  });

export interface StreamEvent {
  event: string;
  data: unknown;
}

/** The events of a stream, heartbeats left out. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent, void> {
  if (response.body === null) throw new Error('the answer has no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: ?(.*)$/m.exec(block)?.[1] ?? '';
      if (event !== undefined) yield { event, data: data === '' ? null : JSON.parse(data) };
    }
  }
}
