import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { ownClaims, type volumeClaimManifests } from "./manifests/volume-claims.ts";
import { FIXED_OF_CLAIMS } from "./service/volumes.ts";
import type { Service } from "./service-definition.ts";

/** Options of a service's claims. */
interface ClaimOptions extends pulumi.CustomResourceOptions {
  /** Names of those that exist: one that the state does not have was kept, and is imported. */
  readonly kept: ReadonlySet<string> | undefined;
}

/** Declares the claims of a service. What becomes of the data of one that is not declared any more, the settings say. */
export function declareClaims(
  service: Service,
  claims: ReturnType<typeof volumeClaimManifests>,
  { kept, ...child }: ClaimOptions,
): pulumi.Resource[] {
  const transient = new Set(
    ownClaims(service).flatMap(({ name, claim }) => (claim.keep === false ? [name] : [])),
  );
  return (claims ?? []).map((claim) => {
    const { name, namespace } = claim.metadata;
    return new k8s.core.v1.PersistentVolumeClaim(name, claim, {
      ...child,
      ...takenUp(name, namespace, kept),
      retainOnDelete: !transient.has(name),
    });
  });
}

/** Options of a claim: it is never replaced, and one that exists is imported if the state does not have it. */
export function takenUp(
  name: string,
  namespace: string,
  kept: ReadonlySet<string> | undefined,
): Pick<pulumi.CustomResourceOptions, "ignoreChanges" | "import"> {
  return {
    ignoreChanges: [...FIXED_OF_CLAIMS],
    ...(kept?.has(name) === true && { import: `${namespace}/${name}` }),
  };
}
