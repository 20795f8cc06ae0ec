import { isDeepStrictEqual } from "node:util";

import type { Found } from "./object.ts";

/** The objects that two renders of the same source have differently, as `Kind/name`. */
export function differing(one: readonly Found[], other: readonly Found[]): string[] {
  const length = Math.max(one.length, other.length);
  const titles = Array.from({ length }, (_, index) => {
    const [first, second] = [one[index]?.value, other[index]?.value];
    return isDeepStrictEqual(first, second) ? [] : [titleOf(first ?? second)];
  });
  return [...new Set(titles.flat())];
}

function titleOf(value: unknown): string {
  const { kind, metadata } = (value ?? {}) as {
    readonly kind?: unknown;
    readonly metadata?: { readonly name?: unknown };
  };
  return `${String(kind)}/${String(metadata?.name)}`;
}
