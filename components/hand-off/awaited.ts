import type { HandedIdentity } from "../../contract/hand-off.ts";
import { RESOURCES } from "../../contract/tokens.ts";

/** What judges what is in the cluster: it comes after the hand-off. */
export const WAITING: ReadonlySet<string> = new Set([
  RESOURCES.AccessProof,
  RESOURCES.ExternalSecretReadiness,
  RESOURCES.ObjectReadiness,
  RESOURCES.Readiness,
  RESOURCES.SecretReadiness,
]);

/** An object whose identity a wait needs. */
export interface HandedWorkload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent outside of namespaces. */
  readonly namespace?: string | undefined;
}

/** In the place of the uid of what does not exist. */
const NOTHING = "none";

/** By which the hand-off's outputs have an object. */
export function keyOf({ kind, name, namespace = "" }: HandedWorkload): string {
  return `${namespace}/${kind}/${name}`;
}

/** Uid and generation of an object, as the inputs of a wait have them; one that was not applied is nobody's. */
export function identityIn(
  deployments: Readonly<Record<string, HandedIdentity>>,
  workload: HandedWorkload,
): { readonly uid: string; readonly generation?: number } {
  const key = keyOf(workload);
  const found = Object.hasOwn(deployments, key) ? deployments[key] : undefined;
  const { uid = NOTHING, generation } = found ?? { generation: 1 };
  return { uid, ...(generation !== undefined && { generation }) };
}
