/** Writes one line of JSON to stdout, which is what a cluster's log collector reads. */
export function log(
  level: "info" | "warn" | "error",
  message: string,
  fields: Readonly<Record<string, string | number>> = {},
): void {
  const line = { time: new Date().toISOString(), level, message, ...fields };
  process.stdout.write(JSON.stringify(line) + "\n");
}
