import { fieldsOf, isWithin, placeOf } from "./difference.ts";
import { containsSecret, isSecret } from "./secret.ts";
import type { Step } from "./step.ts";

/** Where both objects hold a secret: the engine shows two secrets as the same string. */
interface Shared {
  readonly place: string;
  /** The list that it is in, or the place itself. */
  readonly list: string;
}

/**
 * Names of secrets that differ, by what the provider says of their places. Of a list one version of a provider says which
 * entry differs, and another one that the list does: so the secrets of a list come together, one of which differs.
 */
export function hiddenDifferences({ before, after, differing }: Step): (readonly string[])[] {
  const said = differing.flatMap((path) => [placeOf(path, before), placeOf(path, after)]);
  const lists = Map.groupBy(shared(before, after, [], undefined), ({ list }) => list);
  return [...lists.values()]
    .map((secrets) => secrets.map(({ place }) => place))
    .filter((places) => places.some((place) => said.some((each) => isWithin(place, each))));
}

function shared(
  before: unknown,
  after: unknown,
  path: readonly string[],
  list: string | undefined,
): Shared[] {
  const place = path.join(".");
  const [one, other] = [fieldsOf(before), fieldsOf(after)];
  if (isSecret(before) || isSecret(after) || one === undefined || other === undefined) {
    return containsSecret(before) && containsSecret(after) ? [{ place, list: list ?? place }] : [];
  }
  const within = Array.isArray(after) ? place : list;
  return Object.keys(one)
    .filter((key) => key in other)
    .flatMap((key) => shared(one[key], other[key], [...path, key], within));
}
