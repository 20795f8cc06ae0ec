import * as pulumi from "@pulumi/pulumi";

import type { ObjectTrial } from "../../contract/object-trial.ts";
import { askProvider } from "../ask-provider.ts";
import { valueOf } from "../known.ts";
import type { Member } from "./member.ts";

/** What delivers a member, as far as a line of a report names it. */
interface Tried {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
}

/**
 * What the API server says to the objects that deliver the members, before the first of them is changed: an error of the engine
 * half-way leaves half a group. Whoever may not ask it, or cannot reach it, hears of that from the engine.
 *
 * @returns a line for each object that it does not accept
 */
export async function refusals(members: readonly Member[]): Promise<string[]> {
  const [first] = members;
  if (first === undefined || pulumi.runtime.isDryRun()) {
    return [];
  }
  const found = await Promise.all(members.map(({ object }) => valueOf(object)));
  const objects = found.filter((object) => object !== undefined);
  const { refused = [] } = await askedOf(objects, first);
  return refused.map(({ index, message }) => {
    const { kind = "", metadata = {} } = (objects[index] ?? {}) as Tried;
    return `${kind.toLowerCase()} ${metadata.name ?? ""}: ${message}`;
  });
}

async function askedOf(
  objects: readonly object[],
  { provider }: Member,
): Promise<Partial<ObjectTrial>> {
  try {
    return await askProvider("tryObjects", { objects }, provider);
  } catch {
    return {};
  }
}
