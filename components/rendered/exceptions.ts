import { looseningsOf } from "../manifests/loosenings.ts";
import { type ExceptionWord, leaves, levelOf, type Level } from "../service/exceptions.ts";
import { at, type ManifestObject } from "./object.ts";
import { podSpecPath } from "./pod-spec.ts";
import type { RenderedManifests } from "./render.ts";

/** A place in the pods of an object that the level `restricted` refuses, and the word that permits it. */
export interface RenderedException {
  readonly word: ExceptionWord;
  /** From the pods' spec. */
  readonly path: string;
  /** The strictest level that has such pods. */
  readonly level: Level;
}

/** Everything in the pods of an object that leaves the level `restricted`; Slipway's own hardening is not for manifests. */
export function exceptionsOf(object: ManifestObject): RenderedException[] {
  const path = podSpecPath(object);
  if (path === undefined || at(object, ...path, "os", "name") === "windows") {
    return [];
  }
  const spec = at(object, ...path);
  return looseningsOf(spec)
    .filter(({ word }) => leaves(word, "restricted"))
    .map((each) => ({ ...each, level: levelFor(each.word, spec) }));
}

/** Without any seccomp profile, `baseline` admits a pod that `restricted` refuses. */
function levelFor(word: ExceptionWord, spec: unknown): Level {
  const isSaid = /"(?:type":"Unconfined|procMount":"(?!Default))/.test(JSON.stringify(spec));
  return word === "unconfined" && !isSaid ? "baseline" : levelOf([word]);
}

/** What manifests do beside the level `restricted` in the stack's namespace, as far as `allow` says so. */
export function saidExceptions({ objects, allow = [] }: RenderedManifests): RenderedException[] {
  return objects
    .filter(({ isHome }) => isHome)
    .flatMap(({ object }) => exceptionsOf(object))
    .filter(({ word }) => allow.includes(word));
}
