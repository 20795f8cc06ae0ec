/** Makes something of each entry of a mapping, under the same name. */
export function byName<Value, Made>(
  values: Readonly<Record<string, Value>>,
  make: (name: string, value: Value) => Made,
): Record<string, Made> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, make(name, value)]),
  );
}
