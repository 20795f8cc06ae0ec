/** Those of the keys that have a value. */
export function picked<Key extends string, From extends { readonly [Name in Key]?: unknown }>(
  from: From,
  keys: readonly Key[],
): Pick<From, Key> {
  const given = keys.filter((key) => from[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, from[key]])) as Pick<From, Key>;
}
