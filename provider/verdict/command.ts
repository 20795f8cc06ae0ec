import type { ReadinessInputs } from "../../contract/readiness";
import type { Finding } from "./finding";
import { nameOf, type Pod } from "./objects";

/** What a finding is looked into by. */
export interface CommandOptions {
  readonly release: ReadinessInputs;
  readonly finding: Finding;
  /** The kubeconfig's context. */
  readonly context: string;
  /** The pod in the deepest trouble. */
  readonly suspect: Pod | undefined;
}

/** The one command to run next. */
export function nextCommand({ release, finding, context, suspect }: CommandOptions): string {
  const kubectl = `kubectl --context ${context}`;
  const within = `${kubectl} --namespace ${release.namespace}`;
  switch (finding.reason) {
    case "deployment-missing":
      return `${within} get deployments,events`;
    case "superseded":
      return `${within} rollout history deployment ${release.deployment.name}`;
    case "namespace-missing":
    case "namespace-terminating":
      return `${kubectl} describe namespace ${release.namespace}`;
    case "cluster-unreachable":
      return `${kubectl} get --raw /readyz`;
    case "forbidden":
      return `${within} auth can-i --list`;
    default: {
      // A Deployment only counts; its pods tell why.
      const byPod = finding.object.startsWith("deployment ") && suspect !== undefined;
      return `${within} describe ${byPod ? `pod ${nameOf(suspect)}` : finding.object}`;
    }
  }
}
