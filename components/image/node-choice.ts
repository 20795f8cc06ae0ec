import { isMet, type LabelRequirement } from "../../contract/label-requirement.ts";

/** On which nodes a service's pods may be, in Kubernetes' words, as far as nodes' labels decide it. */
export interface NodeChoice {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?:
    | undefined
    | {
        readonly nodeAffinity?: {
          readonly requiredDuringSchedulingIgnoredDuringExecution?: {
            readonly nodeSelectorTerms?: readonly Term[];
          };
        };
      };
}

interface Term {
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** The labels that a choice looks at. */
export function labelsOf(choice: NodeChoice): string[] {
  const required = termsOf(choice).flatMap(({ matchExpressions = [] }) => matchExpressions);
  return [...Object.keys(choice.nodeSelector ?? {}), ...required.map(({ key }) => key)];
}

/** Whether a node with these labels may have the pods. What is not about labels counts as met. */
export function matches(labels: Readonly<Record<string, string>>, choice: NodeChoice): boolean {
  const selected = Object.entries(choice.nodeSelector ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
  const terms = termsOf(choice);
  return (
    selected &&
    (terms.length === 0 ||
      terms.some(({ matchExpressions = [] }) =>
        matchExpressions.every((required) => isMet(labels, required)),
      ))
  );
}

function termsOf({ affinity }: NodeChoice): readonly Term[] {
  const { nodeAffinity } = affinity ?? {};
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  // A patch is checked by the API server alone.
  return Array.isArray(terms) ? (terms as readonly Term[]) : [];
}
