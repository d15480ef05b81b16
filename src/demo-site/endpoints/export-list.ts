import { jsonBody, type Answer, type Chunk } from '../answer.ts';
import { driftRows } from '../faults/drift-rows.ts';
import { readShuffled } from '../faults/shuffle-ties.ts';
import { columnNames, spoilRows } from '../faults/spoil-rows.ts';
import { recordKinds } from '../records/index.ts';
import type { Entity, RecordKind } from '../records/record.ts';
import { rowText, type Column } from '../rows/columns.ts';
import { isRow, jsonText, type ListItem } from '../rows/json.ts';
import { chunksOf } from './chunks-of.ts';
import { checkKey } from './check-key.ts';
import { envelopeOf } from './envelope.ts';
import { hiddenRows, readWindow, spoilWindow } from './list-window.ts';
import type { Handler, Site, SiteRequest } from './site.ts';

const ROWS_A_CHUNK = 500;
/** Up to here an answer is made whole, with its length; Flask always does, but has no million rows. */
const ROWS_IN_ONE_PIECE = 5_000;

/** `GET /api/export/<list>` */
export function exportList(entity: Entity): Handler {
  const kind = recordKinds[entity];
  return (site, request) => checkKey(site, request) ?? answerList(site, request, kind);
}

function answerList(site: Site, request: SiteRequest, kind: RecordKind): Answer {
  const { generation } = site.gallery;
  const asked = readWindow(request.query, kind, generation);
  if ('status' in asked) return asked;
  const snapshot = site.rows.snapshot(kind.entity);
  const { offset, limit } = spoilWindow(asked, request.faults);
  const count = Math.max(0, Math.min(limit, snapshot.count - hiddenRows(request.faults) - offset));
  const envelope = envelopeOf(kind, generation, count);
  const isShuffled = request.faults.some((fault) => fault.kind === 'shuffled-ties');
  const read = isShuffled ? readShuffled(snapshot, offset, count) : snapshot.read(offset, count);
  const page = { kind, generation, isFirst: offset === 0 };

  // The v2 releases select the names of the columns instead of the columns.
  const isLiteral = kind.entity === 'customRequests' && generation === 'v2' && !snapshot.isRaw;

  function* body(): Generator<Chunk> {
    yield envelope.open;
    let separator = '';
    for (const items of chunksOf(read, ROWS_A_CHUNK)) {
      const served = separator === '' ? spoilRows(items, page, request.faults) : items;
      const answered = isLiteral ? served.map((row) => (isRow(row) ? columnNames(row, page) : row)) : served;
      yield separator;
      const columns = snapshot.isRaw ? undefined : kind.columns[generation];
      yield* itemTexts(driftRows(answered, columns, request.faults), columns);
      separator = ',';
    }
    yield envelope.close;
  }
  return jsonBody(count <= ROWS_IN_ONE_PIECE ? join([...body()]) : body());
}

/** The items of a list as one text, or in pieces where some are bytes. Without columns, rows go as they are. */
export function* itemTexts(
  items: readonly ListItem[],
  columns: readonly Column[] | undefined,
): Generator<Chunk> {
  const texts = items.map((item) => {
    if (Buffer.isBuffer(item)) return item;
    return columns && isRow(item) ? rowText(item, columns) : jsonText(item);
  });
  if (texts.every((text) => typeof text === 'string')) {
    yield texts.join(',');
    return;
  }
  for (const [index, text] of texts.entries()) {
    if (index > 0) yield ',';
    yield text;
  }
}

function join(chunks: readonly Chunk[]): Chunk {
  return Buffer.concat(chunks.map((chunk) => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk))));
}
