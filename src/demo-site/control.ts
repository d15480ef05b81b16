import { z } from 'zod';
import { json, methodNotAllowedPage, type Answer } from './answer.ts';
import type { FaultBoard } from './faults/fault-board.ts';
import { Endpoint, Fault, FaultKind, faultKinds } from './faults/kinds.ts';

/** `custom-requests` is the name in the path, `customRequests` the one in code: both are understood. */
const named = (text: unknown) =>
  typeof text === 'string' ? text.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) : text;
const Target = z.preprocess(named, z.union([Endpoint, z.literal('*')]));
const Clearing = z.strictObject({ endpoint: Target.optional(), kind: FaultKind.optional() });

/** `/__demo/faults`, for a person with curl: GET lists, PUT switches one on, DELETE clears. */
export async function controlFaults(
  method: string,
  board: FaultBoard,
  readBody: () => Promise<Buffer>,
): Promise<Answer> {
  if (method === 'GET') return overview(board);
  if (method !== 'PUT' && method !== 'DELETE') return methodNotAllowedPage('GET, PUT, DELETE');
  const text = (await readBody()).toString();
  let body: unknown;
  try {
    body = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return json(400, { error: 'Expected a JSON object.' });
  }
  if (method === 'DELETE') {
    const clearing = Clearing.safeParse(body);
    if (!clearing.success) return json(400, { error: z.prettifyError(clearing.error) });
    board.clear(clearing.data.endpoint, clearing.data.kind);
    return overview(board);
  }
  const target = z.looseObject({ endpoint: Target }).safeParse(body);
  if (!target.success) return json(400, { error: z.prettifyError(target.error) });
  const { endpoint, ...rest } = target.data;
  const fault = Fault.safeParse(rest);
  if (!fault.success) return json(400, { error: z.prettifyError(fault.error) });
  board.set(endpoint, fault.data);
  return overview(board);
}

function overview(board: FaultBoard): Answer {
  const on = board
    .list()
    .map(({ endpoint, fault, seen, spoiled }) => ({ endpoint, ...fault, seen, spoiled }));
  const body = { on, endpoints: [...Endpoint.options, '*'], kinds: faultKinds };
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(body, null, 2)}\n`,
  };
}
