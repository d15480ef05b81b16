import { recordKinds } from '../records/index.ts';
import { paintingImage, paintingName } from '../records/paintings.ts';
import type { Entity, Gallery } from '../records/record.ts';
import { isRow, type JsonValue, type ListItem, type Row } from './json.ts';
import { createRawList } from './raw-list.ts';
import { createRowList, type RowId, type RowList, type Snapshot } from './row-list.ts';

/** The rows of the site, which a test may change while the site is being read. */
export interface DemoRows {
  /** How many rows the list has now. */
  count(entity: Entity): number;
  /**
   * Every row, with all its columns, in the order the site answers them. Made one by one. The real rows also where
   * the site answers the names of their columns, as v2 does for custom requests.
   */
  all(entity: Entity): Generator<ListItem>;
  page(entity: Entity, offset: number, limit: number): ListItem[];
  find(entity: Entity, id: RowId): Row | undefined;
  /** Adds a row; columns not given are made up. Answers its id, by default one above the highest ever used. */
  insert(entity: Entity, row?: Row): RowId;
  /** Changes columns of a row; a column set to `undefined` is left out of the answers. */
  update(entity: Entity, id: RowId, patch: Row): void;
  delete(entity: Entity, id: RowId): void;
  /** Brings a deleted row back as it was. */
  revive(entity: Entity, id: RowId): void;
  /** Makes the list exactly these items: any JSON, `rawJson(text)`, or a Buffer of bytes for one item. */
  setRaw(entity: Entity, items: readonly ListItem[]): void;
  /** Back to the rows that were there from the start. */
  reset(entity: Entity): void;
  /** The list as it is at this moment, for an answer that takes longer than a change. The same object until it changes. */
  snapshot(entity: Entity): Snapshot;
}

export function createRowStore(gallery: Gallery): DemoRows {
  const makeList = (entity: Entity): RowList => {
    const kind = recordKinds[entity];
    return createRowList(gallery.counts[entity], (id) => kind.make(gallery, id), kind.order(gallery));
  };
  const lists: Record<Entity, RowList> = {
    paintings: makeList('paintings'),
    users: makeList('users'),
    orders: makeList('orders'),
    exhibitions: makeList('exhibitions'),
    customRequests: makeList('customRequests'),
  };
  let paintingsAreUntouched = true;

  /** An order names its paintings by a join, so a deleted painting leaves name and image null. */
  function labelItem(item: JsonValue): JsonValue {
    if (!isRow(item) || 'name' in item) return item;
    const id = item['painting_id'];
    if (typeof id !== 'number') return { ...item, image: null, name: null };
    if (paintingsAreUntouched) {
      const exists = id >= 1 && id <= gallery.counts.paintings;
      const image = exists ? paintingImage(gallery, id) : null;
      return { ...item, image, name: exists ? paintingName(gallery, id) : null };
    }
    const painting = lists.paintings.find(id);
    return { ...item, image: painting?.['image'] ?? null, name: painting?.['name'] ?? null };
  }

  function joined(item: ListItem): ListItem {
    if (!isRow(item) || !Array.isArray(item['items'])) return item;
    return { ...item, items: item['items'].map((part: JsonValue) => labelItem(part)) };
  }

  let joinedOrders: { plain: Snapshot; joined: Snapshot } | undefined;

  function snapshot(entity: Entity): Snapshot {
    const plain = lists[entity].snapshot();
    if (entity !== 'orders' || plain.isRaw) return plain;
    if (joinedOrders?.plain !== plain) {
      const read = function* (offset: number, limit: number): Generator<ListItem> {
        for (const item of plain.read(offset, limit)) yield joined(item);
      };
      joinedOrders = { plain, joined: { ...plain, read } };
    }
    return joinedOrders.joined;
  }

  function touched(entity: Entity): void {
    if (entity === 'paintings') paintingsAreUntouched = false;
  }

  return {
    snapshot,
    count: (entity) => lists[entity].snapshot().count,
    all: (entity) => snapshot(entity).read(0, Infinity),
    page: (entity, offset, limit) => [...snapshot(entity).read(offset, limit)],
    find(entity, id) {
      const row = lists[entity].find(id);
      const full = row && !lists[entity].snapshot().isRaw ? joined(row) : row;
      return isRow(full) ? full : undefined;
    },
    insert(entity, row = {}) {
      touched(entity);
      const list = lists[entity];
      const given = row['id'];
      const id = typeof given === 'number' || typeof given === 'string' ? given : list.nextId();
      if (list.find(id)) throw new Error(`${entity} already has a row ${id}: update it instead.`);
      list.put(id, { ...recordKinds[entity].make(gallery, typeof id === 'number' ? id : 0), ...row, id });
      return id;
    },
    update(entity, id, patch) {
      touched(entity);
      const row = lists[entity].find(id);
      if (!row) throw new Error(`${entity} has no row ${id} to update.`);
      lists[entity].put(id, { ...row, ...patch });
    },
    delete(entity, id) {
      touched(entity);
      if (!lists[entity].remove(id)) throw new Error(`${entity} has no row ${id} to delete.`);
    },
    revive(entity, id) {
      touched(entity);
      if (!lists[entity].revive(id)) throw new Error(`${entity} has no deleted row ${id} to revive.`);
    },
    setRaw(entity, items) {
      touched(entity);
      lists[entity] = createRawList(items);
    },
    reset(entity) {
      touched(entity);
      lists[entity] = makeList(entity);
    },
  };
}
