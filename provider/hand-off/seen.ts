import type { HandOffInputs, HandOffSeen } from "../../contract/hand-off.ts";
import type { Asked } from "./assessment.ts";
import type { Ended } from "./await-applied.ts";
import type { Controller } from "./controller.ts";
import { identitiesOf } from "./identities.ts";
import { failureOf, outcomeOf } from "./outcome.ts";
import type { Target } from "./target.ts";
import type { Tools } from "./tools.ts";

/** What a controller is asked about a revision. */
export async function askedOf(
  { to, by, workloads }: Pick<HandOffInputs, "to" | "by" | "workloads">,
  target: Pick<Target, "defaultBranch">,
  of: Pick<Asked, "revision" | "isFirst">,
): Promise<Omit<Asked, "standing" | "isRefreshed">> {
  const defaultBranch = "argocd" in by ? await target.defaultBranch() : undefined;
  return { to, workloads, ...of, defaultBranch, writtenAt: Date.now() };
}

/**
 * What the cluster has after a wait, or a look.
 *
 * @param options.looks how often what is not as it should be is looked at again
 */
export async function seenAfter(
  ended: Ended,
  handed: Pick<HandOffInputs, "objects" | "workloads">,
  controller: Controller,
  tools: Pick<Tools, "api" | "context" | "signal" | "tell">,
  options: { readonly looks?: number } = {},
): Promise<HandOffSeen> {
  const { lives, report, fault } = await outcomeOf(ended, handed, { ...tools, ...options });
  return {
    deployments: identitiesOf(handed.workloads, lives),
    controller: report,
    ...(fault && { failure: failureOf(fault, controller, tools) }),
  };
}
