/** Ends a generator that is not read to its end; whatever it would have returned, nobody reads. */
export async function leave(generator: AsyncGenerator<unknown, unknown>): Promise<void> {
  await generator.return(undefined);
}
