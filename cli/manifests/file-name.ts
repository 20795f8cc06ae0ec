import { createHash } from "node:crypto";

import type { Manifest } from "./objects.ts";

/** What every file system takes, with a hash and an end. */
const LONGEST = 180;

/**
 * The name of an object's file, as `kustomize build --output` calls it: `team_apps_v1_deployment_shop.yaml`. It depends on the object
 * alone, so that no other object renames it; what is in a namespace begins with its name.
 */
export function fileName({
  apiVersion,
  kind,
  name,
  namespace,
}: Omit<Manifest, "object" | "hidden">): string {
  const place = namespace === undefined ? [] : [namespace];
  const whole = [...place, apiVersion, kind, name].join("_");
  const called = [...place, apiVersion.replace("/", "_"), kind.toLowerCase(), name].join("_");
  const plain = called.replaceAll(/[^a-z0-9._-]/g, "-");
  // What was changed to be a file's name may be that of another object.
  const isSame = plain === called && plain.length <= LONGEST;
  return isSame ? `${plain}.yaml` : `${plain.slice(0, LONGEST)}-${hashOf(whole)}.yaml`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
