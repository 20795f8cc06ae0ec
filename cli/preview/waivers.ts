import { COMPONENTS } from "../../contract/tokens.ts";
import type { Step } from "./step.ts";

const FIELDS = ["rule", "object", "until", "why"] as const;

/** What of the policy is waived, a line each, by the program's own component. */
export function waiversOf(steps: readonly Step[]): string[] {
  const policy = steps.find(({ type }) => type === COMPONENTS.Policy);
  const waivers: unknown = policy?.action === "delete" ? undefined : policy?.after?.["waivers"];
  return (Array.isArray(waivers) ? waivers : []).map((each: Readonly<Record<string, unknown>>) => {
    const [rule, object, until, why] = FIELDS.map((field) => String(each[field]));
    return `${rule} of ${object} until ${until}: ${why}`;
  });
}
