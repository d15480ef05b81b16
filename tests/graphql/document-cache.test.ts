import { expect, test } from 'vitest';

import { createDocumentCache } from '../../src/graphql/limits/document-cache.ts';

test('the documents used last are remembered, five hundred of them, and none that is very long', () => {
  const cache = createDocumentCache<number>();
  for (let index = 0; index < 500; index++) cache.set(`query ${index}`, index);
  expect(cache.get('query 0')).toBe(0);
  cache.set('one more', 500);
  expect(cache.get('query 0')).toBe(0);
  expect(cache.get('query 1')).toBeUndefined();
  cache.set('x'.repeat(20_001), 1);
  expect(cache.get('x'.repeat(20_001))).toBeUndefined();
});
