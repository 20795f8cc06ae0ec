import { objectReadinessInputs } from "../../contract/object-readiness.ts";
import { faultAt, faultsOf } from "../input-schema.ts";
import { pathFault } from "../verdict/json-path.ts";
import type { CheckFailure, Properties } from "../../wire/plugin.ts";
import { valueAt } from "../../wire/property-path.ts";
import { isUnknown } from "../../wire/unknown.ts";

/** Inputs that are JSONPaths. */
const PATHS = [
  ["rules", "ready", "path"],
  ["rules", "failed", "path"],
  ["rules", "observedGeneration"],
];

/** What is wrong with the inputs, each with the value got and what is allowed. Unknown values pass. */
export function checkInputs(news: Properties): CheckFailure[] {
  const { kind, apiVersion, rules } = news;
  const isDeployment = kind === "Deployment" && !isUnknown(apiVersion) && rules === undefined;
  return isDeployment
    ? [
        {
          property: "kind",
          reason:
            'kind: must be one that Slipway has rules for, got "Deployment"; use a Release or a Readiness, or give rules',
        },
      ]
    : [
        ...faultsOf(objectReadinessInputs, news),
        ...PATHS.flatMap((path) => pathFaults(news, path)),
      ];
}

function pathFaults(news: Properties, path: readonly string[]): CheckFailure[] {
  const value = valueAt(news, path);
  const fault = typeof value === "string" && !isUnknown(value) ? pathFault(value) : undefined;
  return fault === undefined
    ? []
    : [faultAt(news, path, `must be a JSONPath, such as $.status.phase: ${fault}`)];
}
