import { isDeepStrictEqual } from "node:util";
import type { DiffResult, Properties } from "../../wire/plugin.ts";

/** Inputs that say which release this is; all others say what it is to be. */
const IDENTITY = ["namespace", "deployment.name"];

/** What differs between the inputs of a release and those before: another place calls for a replacement. */
export function changesOf(
  olds: Properties,
  news: Properties,
): Required<Pick<DiffResult, "changed" | "replaces">> {
  const changed = changedPaths(olds, news);
  return { changed, replaces: changed.filter((path) => IDENTITY.includes(path)) };
}

/** Paths of the inputs that differ, one level into objects: what is compared is small and flat. */
function changedPaths(olds: Properties, news: Properties): string[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return keys
    .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
    .flatMap((key) => {
      const [old, present] = [olds[key], news[key]];
      return isPlain(old) && isPlain(present)
        ? changedPaths(old, present).map((path) => `${key}.${path}`)
        : [key];
    });
}

function isPlain(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
