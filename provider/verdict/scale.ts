import type { ReadinessInputs } from "../../contract/readiness.ts";
import { nounOf, titleOf } from "../../contract/workload-kind.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, isOfProvider, lastWrite, type ManagedFields } from "./managed-fields.ts";
import { type Deployment, uidOf } from "./objects.ts";

/** Who scales Deployments as a trade: what they ask for is asked for. */
const AUTOSCALER = /^kube-controller-manager$|autoscal|hpa|keda/i;

/** Who has written the number of pods last, by the name that they write in. */
export interface Scaler {
  readonly manager: string;
  readonly isAutoscaler: boolean;
}

/** The number of pods that a release was applied with, once its very generation was seen. */
export class AppliedScale {
  #asked: number | undefined;

  private readonly release: ReadinessInputs;

  constructor(release: ReadinessInputs) {
    this.release = release;
  }

  /** Remembers the number where the Deployment is as the release has left it. */
  see(deployment: Deployment | undefined): void {
    const { uid, generation } = this.release.deployment;
    if (deployment?.metadata?.generation === generation && uidOf(deployment) === uid) {
      this.#asked ??= deployment.spec?.replicas ?? 1;
    }
  }

  /** Takes a number that an autoscaler asks for in the place of the one before. */
  accept(replicas: number): void {
    this.#asked = replicas;
  }

  /** Whether this number is known to be the one that was asked for. */
  isAsked(replicas: number): boolean {
    return replicas === this.#asked;
  }

  /** The number that was asked for where the Deployment has a different one. */
  askedOtherThan(deployment: Deployment | undefined): number | undefined {
    const replicas = deployment?.spec?.replicas ?? 1;
    return deployment === undefined || replicas === this.#asked ? undefined : this.#asked;
  }

  /** What is to be said of a Deployment that has less pods than were asked for. */
  lackIn(deployment: Deployment | undefined): Finding | undefined {
    const asked = this.askedOtherThan(deployment);
    const replicas = deployment?.spec?.replicas ?? 1;
    return asked === undefined || replicas > asked
      ? undefined
      : scaled(this.release, replicas, undefined, asked);
  }
}

/** What is to be said of a Deployment that somebody has scaled down. */
export function scaled(
  { deployment }: ReadinessInputs,
  replicas: number,
  manager?: string,
  asked?: number,
): Finding {
  return {
    reason: "scaled",
    object: titleOf(deployment),
    message: `${scaledBy(manager, replicas, asked, nounOf(deployment))}; pulumi up --refresh puts that back`,
  };
}

/** Who has scaled the Deployment, in a sentence. */
export function scaledBy(
  manager: string | undefined,
  replicas: number,
  asked?: number,
  noun = "deployment",
): string {
  const who = manager === undefined ? "somebody" : `somebody (${manager})`;
  const from = asked === undefined ? "" : `from ${asked} `;
  return `${who} has scaled the ${noun} ${from}to ${replicas} since it was applied`;
}

/**
 * Who has scaled a Deployment since the Kubernetes provider wrote it last, as field ownership tells, which only a
 * direct look shows; undefined where nobody has.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function scalerOf({ metadata }: Deployment): Scaler | undefined {
  const last = lastWrite(
    (metadata?.managedFields ?? []).filter(
      (entry) => entry.subresource !== "status" && writesReplicas(entry),
    ),
  );
  const manager = last?.manager;
  return last === undefined || manager === undefined || isOfProvider(last)
    ? undefined
    : { manager, isAutoscaler: AUTOSCALER.test(manager) };
}

/**
 * Whether nobody owns the number of pods though the Deployment has none: the API server takes the number from who owned it
 * when somebody else scales to 0, and does not note who, because a 0 is left out.
 */
export function isEmptied({ metadata, spec }: Deployment): boolean {
  const fields = metadata?.managedFields ?? [];
  return spec?.replicas === 0 && fields.length > 0 && !fields.some(writesReplicas);
}

function writesReplicas({ fieldsV1 }: ManagedFields): boolean {
  return "f:replicas" in (fieldsAt(fieldsV1, ["f:spec"]) ?? {});
}
