import { isMet, type LabelRequirement } from "../../contract/label-requirement.ts";

/** How the operator selects objects by their labels: nothing selects none, `{}` all. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export type Labels = Readonly<Record<string, string>>;

/** The names of a Prometheus resource's selectors of one kind. */
export const SELECTORS = {
  PodMonitor: { objects: "podMonitorSelector", namespaces: "podMonitorNamespaceSelector" },
  PrometheusRule: { objects: "ruleSelector", namespaces: "ruleNamespaceSelector" },
} as const;

/** A kind that a Prometheus resource selects. */
export type SelectedKind = keyof typeof SELECTORS;

/** A Prometheus resource of the operator, as far as it selects. */
export interface PrometheusResource {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: Readonly<
    Partial<
      Record<
        (typeof SELECTORS)[SelectedKind]["objects" | "namespaces"],
        LabelSelector | null | undefined
      >
    >
  >;
}

/** An object that is to be selected. */
export interface Selected {
  readonly kind: SelectedKind;
  readonly labels: Labels;
  readonly namespace: string;
  /** Of its namespace; undefined if they may not be read. */
  readonly namespaceLabels: Labels | undefined;
}

/**
 * Why a Prometheus resource does not select an object, a line; undefined if it does, as far as that is known.
 *
 * @see https://prometheus-operator.dev/docs/platform/troubleshooting/
 */
export function selectionFault(
  { metadata, spec = {} }: PrometheusResource,
  { kind, labels, namespace, namespaceLabels }: Selected,
): string | undefined {
  const title = `prometheus ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
  const names = SELECTORS[kind];
  const objects = spec[names.objects] ?? undefined;
  const namespaces = spec[names.namespaces] ?? undefined;
  if (objects === undefined) {
    return `${title} has no ${names.objects}, and so selects none`;
  }
  const unmet = unmetBy(labels, objects);
  if (unmet !== undefined) {
    return `${title} selects by ${names.objects} ${unmet}, which it has not; set slipway:monitoring.labels`;
  }
  if (namespaces === undefined) {
    return namespace === metadata?.namespace
      ? undefined
      : `${title} has no ${names.namespaces}, and so selects none outside of its own namespace`;
  }
  const other = namespaceLabels && unmetBy(namespaceLabels, namespaces);
  return other === undefined
    ? undefined
    : `${title} selects namespaces by ${names.namespaces} ${other}, which namespace ${namespace} has not; label the namespace, or widen the selector`;
}

/** What of a selector labels do not meet, in kubectl's words; undefined if they meet it. */
function unmetBy(labels: Labels, selector: LabelSelector): string | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const unequal = Object.entries(matchLabels)
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.filter((each) => !isMet(labels, each)).map(inWords);
  const unmet = [...unequal, ...others];
  return unmet.length === 0 ? undefined : unmet.join(",");
}

function inWords({ key, operator, values = [] }: LabelRequirement): string {
  const listed = `(${values.join(",")})`;
  const words: Readonly<Record<string, string>> = {
    In: `${key} in ${listed}`,
    NotIn: `${key} notin ${listed}`,
    Exists: key,
    DoesNotExist: `!${key}`,
  };
  return words[operator] ?? `${key} ${operator}`;
}
