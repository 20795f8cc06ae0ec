import { settleBound, VERDICT, type VerdictSettings } from "../../contract/verdict.ts";
import { at, type ManifestObject } from "./object.ts";

/** What a definition says of its verdict, and nothing else of it. */
export function verdictIn(definition: object): VerdictSettings {
  const known = Object.entries(definition).filter(([key]) => Object.hasOwn(VERDICT, key));
  return Object.fromEntries(known);
}

/** What is said of the verdict on a Deployment. Its own times count if the settings have none. */
export function verdictOn(deployment: ManifestObject, verdict: VerdictSettings) {
  const number = (key: string) => {
    const value = at(deployment, "spec", key);
    return typeof value === "number" && value > 0 ? value : undefined;
  };
  const deadlineSeconds = verdict.deadlineSeconds ?? number("progressDeadlineSeconds") ?? 120;
  const settleSeconds = verdict.settleSeconds ?? number("minReadySeconds");
  const times = {
    ...verdict,
    deadlineSeconds,
    ...(settleSeconds !== undefined && { settleSeconds }),
  };
  return settleBound(times) === undefined ? times : { ...verdict, deadlineSeconds };
}
