import { isDeepStrictEqual } from "node:util";

import { type Found, titleOf } from "./object.ts";

/** The objects that two renders of the same source have differently, as `Kind/name`. */
export function differing(one: readonly Found[], other: readonly Found[], home: string): string[] {
  const length = Math.max(one.length, other.length);
  const titles = Array.from({ length }, (_, index) => {
    const [first, second] = [one[index]?.value, other[index]?.value];
    return isDeepStrictEqual(first, second)
      ? []
      : [titleOf(first ?? second, home) || "an object without name"];
  });
  return [...new Set(titles.flat())];
}
