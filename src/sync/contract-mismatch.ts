import { CimaiseError } from '../core/errors.ts';
import type { FoundIssue } from './issues.ts';

/** Nearly all records of a page are not what the contract says: the site answers something else. */
export class ContractMismatchError extends CimaiseError {
  override readonly name = 'ContractMismatchError';
  readonly code = 'CONTRACT_MISMATCH';
}

/** On a shorter page a few odd records, which sites do have, would already be nine in ten. */
const RECORDS_AT_LEAST = 10;
const REJECTED_SHARE = 0.9;

/**
 * Why reading on makes no sense, told by one page (what is written in one statement): nine in ten of at least ten
 * records are rejected. Null where it makes sense. The message shows the most frequent finding, redacted as it is.
 */
export function mismatchOf(
  records: number,
  rejected: number,
  issues: readonly FoundIssue[],
): ContractMismatchError | null {
  if (records < RECORDS_AT_LEAST || rejected < records * REJECTED_SHARE) return null;
  const errors = issues.filter(({ severity }) => severity === 'ERROR');
  const [finding, example] = mostFrequent(errors);
  return new ContractMismatchError(
    `Expected records as the contract has them, got a page of ${records} with ${rejected} rejected, most often ` +
      `for ${finding}${example}; nothing was deleted: look at the site's drift and issues, and at its template release.`,
  );
}

/** The most frequent finding, and its first example. */
function mostFrequent(errors: readonly FoundIssue[]): [finding: string, example: string] {
  const groups = Map.groupBy(errors, ({ code, path }) => {
    // Of the items of an order any one will do.
    return path === '' ? code : `${code} at ${path.replaceAll(/\[\d+\]/g, '[]')}`;
  });
  let most: [string, readonly FoundIssue[]] = ['a reason unknown', []];
  for (const group of groups) if (group[1].length > most[1].length) most = group;
  const [finding, [first]] = most;
  if (first === undefined) return [finding, ''];
  const came = first.value === null ? '' : `, where ${JSON.stringify(first.value)} came`;
  return [finding, ` (as in record ${first.record}${came})`];
}
