import { type NeededRight, resourceOf, type Right } from "../../rights.ts";
import { DEFAULT_NAMESPACE } from "../cluster/collection.ts";
import type { Trouble } from "../cluster/health.ts";
import { type Lack, NO_LACK } from "../cluster/preflight.ts";
import type { Failed, Finding } from "../verdict/finding.ts";
import { REASONS } from "../verdict/reasons.ts";
import type { Awaited, Place } from "./awaited.ts";
import { groups } from "../groups.ts";
import { table } from "../table.ts";

/** For an identity that the API server does not name. */
const NAMELESS = "this identity";

/** What the remedy calls the role and its binding. */
const ROLE = "slipway-verdict";

type Asking = Pick<Awaited<never, object>, "cluster" | "rights">;
type Refused = Extract<Trouble, { kind: "refused" }>;

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The verdict if rights for it are missing: all of them, and how to grant them. */
export function forbidden(
  { namespace = DEFAULT_NAMESPACE }: Pick<Place, "namespace">,
  { rights, user }: Lack,
): Failed {
  const disabling = rights.filter(({ required }) => required);
  return {
    kind: "failed",
    reason: "forbidden",
    object: `namespace ${namespace}`,
    message: `${user ?? NAMELESS} may not ${actsOf(disabling)} in namespace ${namespace}`,
    notes: [...tableOf(rights), ...remedyFor(rights, user)],
  };
}

/** The verdict if something is refused, and the API server does not say which rights are missing. */
export function refusal(
  { namespace = DEFAULT_NAMESPACE }: Pick<Place, "namespace">,
  refused: readonly Refused[],
): Failed {
  const message = wordsFor(refused, namespace);
  return { kind: "failed", reason: "forbidden", object: `namespace ${namespace}`, message };
}

/** The rights for what is awaited that this identity lacks, as far as the API server says. */
export async function lackOf(
  awaited: Asking,
  options: { readonly afresh: boolean },
  signal: AbortSignal,
): Promise<Lack> {
  const needed = awaited.rights();
  return needed === undefined ? NO_LACK : awaited.cluster.lack(needed, options, signal);
}

/** What a report on another verdict says of missing rights: it has less evidence. */
export async function shortcomings(
  awaited: Asking,
  { reason }: Finding,
  signal: AbortSignal,
): Promise<string[]> {
  // The other verdicts say all about this, or nobody answers after them.
  if (REASONS[reason].about !== "release" || signal.aborted) {
    return [];
  }
  const { rights, user } = await lackOf(awaited, { afresh: false }, signal);
  return rights.length === 0
    ? []
    : [`${user ?? NAMELESS} may not ${actsOf(rights)}, so this report lacks what they are for`];
}

function wordsFor(refused: readonly Refused[], namespace: string): string {
  const { status, message } = refused[0] ?? {};
  const resources = refused.map(({ resource }) => resource).join(", ");
  switch (status) {
    case 404:
      return `the API server does not serve ${resources} in namespace ${namespace}: ${message ?? ""}`;
    default: {
      const acts = refused.map(({ verb, resource }) => `${verb} ${resource}`).join(", ");
      return `${NAMELESS} may not ${acts} in namespace ${namespace}: ${message ?? ""}`;
    }
  }
}

/** E.g. `list and watch pods, get pods/log`. */
function actsOf(rights: readonly NeededRight[]): string {
  return groups(rights, resourceOf)
    .map((same) => `${verbsOf(same).join(" and ")} ${resourceOf(same[0])}`)
    .join(", ");
}

function tableOf(rights: readonly NeededRight[]): string[] {
  const keyOf = (right: NeededRight) => `${placeOf(right)} ${useOf(right)}`;
  const rows = groups(rights, keyOf).map((same) => {
    const [right] = same;
    const { namespace = "(cluster)" } = right;
    return [verbsOf(same).join(","), resourceOf(right), namespace, useOf(right)];
  });
  return table([["verb", "resource", "namespace", "for"], ...rows]).map((row) => `  ${row}`);
}

function useOf({ purpose, required }: NeededRight): string {
  return required ? purpose : `${purpose} (optional)`;
}

/** The commands that grant them, and nothing else: a role for each set of verbs. */
function remedyFor(rights: readonly NeededRight[], user: string | undefined): string[] {
  const rules = groups(
    groups(rights, placeOf),
    (same) => `${same[0].namespace ?? ""} ${verbsOf(same).join(",")}`,
  );
  const commands = rules.flatMap((rule, index) => {
    const [[{ namespace }]] = rule;
    const kind = namespace === undefined ? "clusterrole" : "role";
    const name = index === 0 ? ROLE : `${ROLE}-${index + 1}`;
    const within = namespace === undefined ? "" : ` --namespace ${namespace}`;
    const create = `kubectl${within} create ${kind}`;
    const resources = rule.map(([right]) => resourceOf(right)).join(",");
    return [
      `${create} ${name} --verb=${verbsOf(rule[0]).join(",")} --resource=${resources}`,
      `${create}binding ${name} --${kind}=${name} ${subjectOf(user)}`,
    ];
  });
  return [
    "remedy: an administrator grants them: to Jenkins' lanes with pulumi up, to others with",
    ...commands.map((command) => `  ${command}`),
  ];
}

function placeOf(right: Right): string {
  return `${right.namespace ?? ""} ${resourceOf(right)}`;
}

function verbsOf(rights: readonly Right[]): string[] {
  return rights.map(({ verb }) => verb);
}

function subjectOf(user: string | undefined): string {
  const [, namespace, name] = ACCOUNT.exec(user ?? "") ?? [];
  return namespace === undefined || name === undefined
    ? `--user=${user ?? "<this identity>"}`
    : `--serviceaccount=${namespace}:${name}`;
}
