import { flaskPage, json, jsonBody, notFoundPage, type Answer } from '../answer.ts';
import { envelopeOf } from '../endpoints/envelope.ts';
import { keyRefused } from '../endpoints/check-key.ts';
import { recordKinds } from '../records/index.ts';
import type { Gallery, RecordKind } from '../records/record.ts';
import { rowText } from '../rows/columns.ts';
import { emptyObjects, endlessRows, gzipBomb } from './flood.ts';
import type { Endpoint, Fault } from './kinds.ts';
import { nestedLists } from './spoil-text.ts';

const OTHER_ORIGIN = 'http://other-origin.invalid';
const json200 = (text: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: text,
});

/** The answer a fault gives in place of the endpoint's own, or nothing when it only spoils that one. */
export function answerInstead(
  fault: Fault,
  gallery: Gallery,
  endpoint: Endpoint,
  url: string,
): Answer | undefined {
  const kind = recordKindOf(endpoint);
  const envelope = envelopeOf(kind, gallery.generation, 0);
  switch (fault.kind) {
    case 'key-refused':
      return keyRefused(gallery.generation);
    case 'server-error':
      return json(fault.status, { error: 'internal_error', success: false });
    case 'leaking-pool':
      return json(500, { error: 'connection pool exhausted' });
    case 'not-found':
      return notFoundPage();
    case 'rate-limited':
      return { ...json(429, { error: 'too_many_requests' }), headers: rateHeaders(fault) };
    case 'redirect':
      return flaskPage(fault.status, 'Redirecting...', 'You should be redirected automatically.', {
        location: fault.to ?? OTHER_ORIGIN + url,
      });
    case 'html':
      return flaskPage(200, 'Galerie en maintenance', 'Revenez dans quelques minutes.</p>');
    case 'empty':
      return json200('');
    case 'null-body':
      return json200('null');
    case 'not-json':
      return json200("{'paintings': [], 'count': 0, }");
    case 'wrong-envelope':
      return json200(
        {
          items: '{"items": []}',
          list: '[]',
          object: '{}',
          text: '"ok"',
          number: '0',
          'list-is-object': `{"success": true, "data": {}, "${kind.table}": {}, "count": 0}`,
        }[fault.as],
      );
    case 'deeply-nested':
      return fault.where === 'body' ? json200(nestedLists(fault.levels)) : undefined;
    case 'huge':
      return jsonBody(
        endlessRows(envelope, fault.bytes, (id) =>
          rowText(kind.make(gallery, id), kind.columns[gallery.generation]),
        ),
      );
    case 'many-empty-objects':
      return jsonBody(emptyObjects(envelope, fault.bytes));
    case 'gzip-bomb':
      return {
        status: 200,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipBomb(envelope, fault.bytes),
      };
    default:
      return undefined;
  }
}

/** An endpoint that is no list floods with paintings. */
function recordKindOf(endpoint: Endpoint): RecordKind {
  return Object.values(recordKinds).find((kind) => kind.entity === endpoint) ?? recordKinds.paintings;
}

function rateHeaders(fault: Extract<Fault, { kind: 'rate-limited' }>): Record<string, string> {
  const headers = { 'content-type': 'application/json' };
  if (fault.as === 'nothing') return headers;
  if (fault.as === 'seconds') return { ...headers, 'retry-after': String(fault.retryAfterSeconds) };
  return { ...headers, 'retry-after': new Date(Date.now() + fault.retryAfterSeconds * 1000).toUTCString() };
}
