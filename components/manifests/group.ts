import type { Service } from "../service-definition.ts";
import { isClaimed } from "./volume-claims.ts";
import { hidesFiles } from "./volumes.ts";

/**
 * The group of a pod's volumes, where there are any that only root could use otherwise: a claim's, which belongs to root as it
 * comes, and files that are not for everybody. A claim's files are changed only if its root has a different group, because a large
 * one would take minutes at each start.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-pod
 */
export function groupOfVolumes({ user, group = user, volumes, folders }: Service) {
  const isClaim = Object.values(volumes).some(isClaimed);
  const isHidden = Object.values(folders).some(hidesFiles);
  return {
    ...((isClaim || isHidden) && { fsGroup: group }),
    ...(isClaim && { fsGroupChangePolicy: "OnRootMismatch" }),
  };
}
