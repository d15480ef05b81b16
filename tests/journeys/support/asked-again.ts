/**
 * How many pages the site was asked for again after each kill. A process that goes on begins with the first page that
 * was not committed: all that was asked for since the site was last asked for that one was in vain.
 *
 * @param lives the paths that each process asked for
 */
export function askedAgain(lives: readonly (readonly string[])[]): number[] {
  const earlier: string[] = [];
  return lives.flatMap((life, index) => {
    const [first] = life;
    const lists = earlier.filter(isPage);
    const since = first === undefined ? -1 : lists.lastIndexOf(first);
    earlier.push(...life);
    if (index === 0) return [];
    return [since === -1 ? 0 : lists.length - since];
  });
}

const isPage = (path: string) => path.includes('offset=');
