import { manifestHash } from "../manifests/hash.ts";

/** Digits of an id: short enough to be typed, and twenty sets of a group never share one. */
const DIGITS = 12;

/** Where the image is from, and what it has passed, does not count: the image itself does. */
const SOURCES = ["build", "image", "promoted", "origin", "of", "gates"];

/**
 * The id of what the members of a group are asked for together: the same images, settings and credentials have the same
 * id, on every machine.
 */
export function setOf(name: string, members: readonly string[], wishes: readonly object[]): string {
  const hash = manifestHash({ name, members, wishes });
  return hash.slice("sha256:".length).slice(0, DIGITS);
}

/** The settings of a service that decide what runs, without those of its image. */
export function settingsOf(definition: object): object {
  return Object.fromEntries(Object.entries(definition).filter(([key]) => !SOURCES.includes(key)));
}
