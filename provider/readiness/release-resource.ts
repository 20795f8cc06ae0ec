import { readinessInputs } from "../../contract/readiness.ts";
import type { CheckResult, Properties } from "../../wire/plugin.ts";
import { faultsOf } from "../input-schema.ts";
import type { AwaitedType } from "../waiting/resource.ts";
import { stateOf } from "./state.ts";

/** What is the same of each resource that waits for a release: which one it is, and whether it is ready. */
export const RELEASE_RESOURCE = {
  identity: ["namespace", "deployment.name"],

  check: (news: Properties): CheckResult => ({
    inputs: news,
    failures: faultsOf(readinessInputs, news),
  }),

  isReady: (outputs: Properties): boolean => stateOf(outputs).release?.verdict === "ready",

  idOf: ({ namespace, deployment }: Properties): string => {
    const { name } = (deployment ?? {}) as { readonly name?: string };
    return `${String(namespace)}/${name ?? ""}`;
  },
} as const satisfies Partial<AwaitedType>;
