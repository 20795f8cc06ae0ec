/** What `pulumi up` said of the service. */
export interface Found {
  /** Reason code of the verdict, `ready`, or `none` where it ended without a verdict. */
  readonly reason: string;
  /** The evidence as it was shown; empty for a release that is ready. */
  readonly message: string;
}

/** Reads the verdict on service `shop` in what `pulumi up` printed without a terminal. */
export function foundIn(exitCode: number, output: string): Found {
  if (exitCode === 0) {
    return { reason: "ready", message: "" };
  }
  const diagnostics = output.slice(Math.max(output.lastIndexOf("Diagnostics:"), 0));
  const lines = diagnostics.split("\n");
  const begin = lines.findIndex((line) => /\bshop: [a-z-]+ after \d+ s/.test(line));
  if (begin < 0) {
    return { reason: "none", message: diagnostics.trim() };
  }
  const rest = lines.slice(begin + 1);
  // The engine indents a resource's messages by four, and prefixes the first with an error count.
  const end = rest.findIndex((line) => !/^ {4}/.test(line));
  const told = [lines[begin] ?? "", ...rest.slice(0, end < 0 ? rest.length : end)];
  const message = told
    .map((line) => line.replace(/^ {4}/, ""))
    .join("\n")
    .replace(/^.*?\bshop: /, "shop: ")
    .trim();
  return { reason: /^shop: ([a-z-]+) after/.exec(message)?.[1] ?? "none", message };
}
