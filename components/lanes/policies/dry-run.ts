import { AGENT, type Lane, userName } from "../definition.ts";
import { policyManifest } from "./policy.ts";

/** The preview lane may only do dry runs: rights do not distinguish them from writes. */
export function dryRunPolicy(name: string, { namespace }: Lane) {
  return policyManifest(name, {
    resourceRules: [
      {
        apiGroups: ["*"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE", "DELETE"],
        resources: ["*/*"],
      },
    ],
    users: [userName(namespace, AGENT)],
    validations: [
      {
        expression: "has(request.dryRun) && request.dryRun",
        message:
          "the preview lane of Jenkins may only ask what would happen (dryRun=All); deliver from the deploy lane",
      },
    ],
  });
}
