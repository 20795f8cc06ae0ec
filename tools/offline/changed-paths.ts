import { formatPath } from "../../wire/property-path.ts";

type Keys = readonly (string | number)[];

/** Paths of the values that differ between two properties, as deep as both are of one shape. */
export function changedPaths(olds: unknown, news: unknown): string[] {
  return changedKeys(olds, news, []).map(formatPath);
}

function changedKeys(olds: unknown, news: unknown, at: Keys): Keys[] {
  if (Object.is(olds, news)) {
    return [];
  }
  if (Array.isArray(olds) && Array.isArray(news)) {
    const length = Math.max(olds.length, news.length);
    return Array.from({ length }, (_, index) =>
      changedKeys(olds[index], news[index], [...at, index]),
    ).flat();
  }
  if (isObject(olds) && isObject(news)) {
    const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...keys].flatMap((key) => changedKeys(olds[key], news[key], [...at, key]));
  }
  return [at];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
