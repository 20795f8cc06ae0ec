import type * as pulumi from "@pulumi/pulumi";

import { settleSecondsOf } from "../../contract/verdict.ts";
import type { Service } from "../service-definition.ts";
import { selectorLabels } from "./labels.ts";
import { type CredentialDigests, podTemplate } from "./pod-template.ts";

/** Earlier revisions that the controllers keep, to which a rollback can go. */
const REVISIONS = 10;

/** What the specs of all kinds say alike whose pods go on running. */
export function workloadSpec(
  service: Service,
  image: pulumi.Input<string>,
  credentials: CredentialDigests,
) {
  const minReadySeconds = settleSecondsOf(service.verdict);
  return {
    selector: { matchLabels: selectorLabels(service) },
    ...(minReadySeconds > 0 && { minReadySeconds }),
    revisionHistoryLimit: REVISIONS,
    template: podTemplate(service, image, credentials),
  };
}

/** The number of pods. The autoscaler owns it where there is one: a second owner would fight it on every up. */
export function replicasOf({ autoscale, replicas }: Pick<Service, "autoscale" | "replicas">) {
  return autoscale === undefined ? { replicas } : {};
}
