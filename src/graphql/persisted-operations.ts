import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { GraphQLError } from 'graphql';
import { z } from 'zod';

import { StartError, messageOf } from '../core/errors.ts';

/** The operations that clients were built with: they send the id of one instead of its text. */
export interface PersistedOperations {
  /** Texts of documents by their SHA-256, in lower-case hex. */
  readonly documents: ReadonlyMap<string, string>;
  /** Whether nothing else is run. */
  readonly only: boolean;
}

export const noPersistedOperations: PersistedOperations = { documents: new Map(), only: false };

const Manifest = z.record(z.string(), z.string());

/**
 * Reads the manifest that GraphQL Code Generator writes (`persistedDocuments: { hashAlgorithm: 'sha256' }`): one JSON
 * object from ids to documents. Without a file there are none.
 *
 * @throws StartError when it cannot be read, or when an id is not the hash of its document
 */
export async function readPersistedOperations({
  file,
  only,
}: {
  file: string | undefined;
  only: boolean;
}): Promise<PersistedOperations> {
  if (file === undefined) {
    if (!only) return noPersistedOperations;
    throw new StartError('PERSISTED_OPERATIONS_ONLY is true: name their file in PERSISTED_OPERATIONS, too.');
  }
  const documents = new Map<string, string>();
  for (const [id, document] of Object.entries(await readManifest(file))) {
    const hash = createHash('sha256').update(document).digest('hex');
    if (hash !== hashIn(id)) {
      throw new StartError(
        `Expected documents by their SHA-256 in ${file}, got one by "${id.slice(0, 80)}" whose SHA-256 is ${hash}: ` +
          "generate it with `hashAlgorithm: 'sha256'`.",
      );
    }
    documents.set(hash, document);
  }
  return { documents, only };
}

async function readManifest(file: string): Promise<z.infer<typeof Manifest>> {
  try {
    return Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? 'it is not one JSON object of texts' : messageOf(cause);
    throw new StartError(
      `Cannot read ${file}: ${what}; set PERSISTED_OPERATIONS to the manifest that GraphQL Code Generator wrote.`,
      { cause },
    );
  }
}

/** The parts of a request that say what to run, as they came. */
export interface DocumentRequest {
  readonly query?: unknown;
  /** The id, as the appendix of GraphQL over HTTP has it. */
  readonly documentId?: unknown;
  /** The id in `persistedQuery`, as Apollo's clients, urql and graphql-ws have it. */
  readonly extensions?: unknown;
}

const Named = z.union([
  z.object({ documentId: z.string() }).transform(({ documentId }) => documentId),
  z
    .object({ extensions: z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) }) })
    .transform(({ extensions }) => extensions.persistedQuery.sha256Hash),
]);

/**
 * The text to run: the one that was sent, or the one whose id was.
 *
 * @throws GraphQLError when there is neither, when no operation has the id, or when only persisted ones run here
 */
export function documentTextOf({ documents, only }: PersistedOperations, request: DocumentRequest): string {
  const { query } = request;
  if (typeof query === 'string' && query !== '') {
    if (!only) return query;
    const message = 'Only persisted operations run here: send the id of one in "documentId", and no "query".';
    throw refusal(message, 'PERSISTED_QUERY_ONLY');
  }
  const id = Named.safeParse(request);
  if (!id.success) {
    const message =
      'Expected the text of an operation in "query", or the id of a persisted one in "documentId".';
    throw refusal(message, 'BAD_REQUEST');
  }
  const text = documents.get(hashIn(id.data));
  if (text !== undefined) return text;
  const instead = only ? '' : ', or send its text in "query"';
  throw refusal(
    `No persisted operation has this id: start the server with the manifest that has it${instead}.`,
    'PERSISTED_QUERY_NOT_FOUND', // on which Apollo's clients send the text
  );
}

/** Never with status 200, unlike other refusals: nothing may keep it as an answer. */
const refusal = (message: string, code: string) =>
  new GraphQLError(message, { extensions: { code, http: { status: 400 } } });

/** An id is the hash alone, or "sha256:" and the hash. */
const hashIn = (id: string) => id.replace(/^sha256:/, '');
