/**
 * Does the same with each item, a limited number at a time.
 * @returns what came of each, in the order of the items
 * @throws what the first failure threw; what was not begun by then is not begun
 */
export async function atATime<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = queueOf(items);
  const worker = async () => {
    for (const [index, item] of queue) {
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Unlike an array's own iterator, it ends for all workers when one of them leaves it with an error. */
function* queueOf<T>(items: readonly T[]): Generator<[number, T]> {
  yield* items.entries();
}
