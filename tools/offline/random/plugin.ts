import pulumiRandom from "@pulumi/random/package.json" with { type: "json" };
import type { Plugin, Subject } from "../../../wire/plugin.ts";
import { containsUnknown, UNKNOWN } from "../../../wire/unknown.ts";
import { changedPaths } from "../changed-paths.ts";
import { notInStandIn, standInFor } from "../stand-in.ts";
import { RANDOM_RESOURCES, type RandomResource } from "./resources.ts";

/**
 * Stands in for the official random plugin: passwords, strings, ids, bytes, integers and UUIDs from the
 * system's random source. A value stays until an input changes, `keepers` among them.
 *
 * @see https://www.pulumi.com/registry/packages/random/
 */
export const randomPlugin: Plugin = {
  ...standInFor("random", pulumiRandom),
  configure: () => undefined,
  check: (subject, { news }) => {
    const resource = resourceOf(subject);
    const inputs = { ...resource.defaults, ...news };
    return { inputs, failures: containsUnknown(inputs) ? [] : resource.check(inputs) };
  },
  diff: (_subject, { oldInputs, news }) => {
    const changed = changedPaths(oldInputs, news);
    return { changed, replaces: changed };
  },
  create: (subject, { inputs, preview }) => {
    const resource = resourceOf(subject);
    if (preview) {
      const unknowns = Object.fromEntries(resource.made.map((output) => [output, UNKNOWN]));
      return Promise.resolve({ id: "", outputs: { ...inputs, ...unknowns } });
    }
    return Promise.resolve(resource.make(inputs));
  },
  read: ({ type }, { id, outputs }) =>
    Object.keys(outputs).length === 0
      ? Promise.reject(notInStandIn(`the import of a ${type}`, "random"))
      : Promise.resolve({ id, outputs }),
  update: (_subject, { oldOutputs, news }) => Promise.resolve({ ...oldOutputs, ...news }),
  delete: () => Promise.resolve(),
  cancel: () => undefined,
};

function resourceOf({ type }: Subject): RandomResource {
  const resource = RANDOM_RESOURCES.get(type);
  if (resource === undefined) {
    throw notInStandIn(type, "random");
  }
  return resource;
}
