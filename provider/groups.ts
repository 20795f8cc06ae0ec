/** What has the same key, in the order in which the keys come first. */
export function groups<T>(items: readonly T[], keyOf: (item: T) => string): [T, ...T[]][] {
  const found = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const known = found.get(keyOf(item));
    if (known === undefined) {
      found.set(keyOf(item), [item]);
    } else {
      known.push(item);
    }
  }
  return [...found.values()];
}
