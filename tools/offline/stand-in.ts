import type { Plugin } from "../../wire/plugin.ts";

/** Who a stand-in stands in for: name, version of the official plugin, and the line that says so in every run. */
export function standInFor(
  name: string,
  { version }: { readonly version: string },
): Pick<Plugin, "name" | "version" | "notice"> {
  return { name, version, notice: `${name} ${version}: offline stand-in for the official plugin` };
}

/** The error for what the official plugin has and its stand-in does not. */
export function notInStandIn(what: string, name: string): Error {
  return new Error(
    `${what} is not part of the offline stand-in for the ${name} plugin; install the official plugin where its download host can be reached`,
  );
}
