import type { Expected } from "./expected.ts";
import { type Finding, type Findings, findingsAt, shown } from "./finding.ts";
import { fieldOf, isMapping } from "./mapping.ts";
import { secretsFindings } from "./secrets-provider.ts";

/** Form 3, and form 4 for fields that some of these features need. */
const VERSIONS: readonly unknown[] = [3, 4];
const FEATURES: readonly unknown[] = ["taint"];

const FIELDS = {
  state: ["version", "features", "deployment"],
  deployment: ["manifest", "secrets_providers", "resources", "pending_operations", "metadata"],
  manifest: ["time", "magic", "version", "plugins"],
  metadata: ["integrity_error"],
} as const;

/** What the engine was doing when it was killed. */
const OPERATIONS: readonly unknown[] = ["creating", "updating", "deleting", "reading", "importing"];

const WRITER = "written by a newer engine, or by hand";

/** What a state lists; what is no list is reported by {@link deploymentFindings}. */
export function partsOfDeployment(state: unknown): {
  readonly resources: readonly unknown[];
  readonly pending: readonly { readonly type: unknown; readonly resource: unknown }[];
} {
  const deployment = fieldOf(state, "deployment");
  return {
    resources: listOf(fieldOf(deployment, "resources")),
    pending: listOf(fieldOf(deployment, "pending_operations")).map((operation) => ({
      type: fieldOf(operation, "type"),
      resource: fieldOf(operation, "resource"),
    })),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Checks everything of a state but its resources. A stack that never ran has no deployment. */
export function deploymentFindings(state: unknown, expected: Expected): Finding[] {
  const deployment = fieldOf(state, "deployment") ?? null;
  const find = findingsAt("state");
  const top = [...unknownFields(state, "state", find), ...versionFindings(state, find)];
  if (deployment === null) {
    return isMapping(state) && Object.keys(state).length === 0 ? [] : top;
  }
  return [
    ...top,
    ...unknownFields(deployment, "deployment", findingsAt("deployment")),
    ...["resources", "pending_operations"].flatMap((key) => notAList(deployment, key)),
    ...manifestFindings(fieldOf(deployment, "manifest")),
    ...unknownFields(fieldOf(deployment, "metadata") ?? {}, "metadata", findingsAt("metadata")),
    ...secretsFindings(fieldOf(deployment, "secrets_providers"), expected.secrets),
    ...listOf(fieldOf(deployment, "pending_operations")).flatMap(operationFindings),
  ];
}

function unknownFields(value: unknown, part: keyof typeof FIELDS, find: Findings): Finding[] {
  const allowed: readonly string[] = FIELDS[part];
  if (!isMapping(value)) {
    return find(`got ${shown(value)}; allowed: a mapping of ${allowed.join(", ")}`);
  }
  return Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .flatMap((key) =>
      find(`${shown(key)}: unknown field; allowed: ${allowed.join(", ")}; ${WRITER}`),
    );
}

function versionFindings(state: unknown, find: Findings): Finding[] {
  const version = fieldOf(state, "version");
  const features = fieldOf(state, "features") ?? [];
  const others = Array.isArray(features)
    ? features.filter((each) => !FEATURES.includes(each))
    : [features];
  return [
    ...(VERSIONS.includes(version)
      ? []
      : find(`version: got ${shown(version)}; allowed: ${VERSIONS.join(", ")}; ${WRITER}`)),
    ...others.flatMap((feature) =>
      find(`features: got ${shown(feature)}; allowed: ${FEATURES.join(", ")}; ${WRITER}`),
    ),
  ];
}

function notAList(deployment: unknown, key: string): Finding[] {
  const value = fieldOf(deployment, key) ?? [];
  return Array.isArray(value) ? [] : findingsAt(key)(`got ${shown(value)}; allowed: a list`);
}

/** Plugins of the manifest are started for resources without a provider. */
function manifestFindings(manifest: unknown): Finding[] {
  const find = findingsAt("manifest");
  const plugins = fieldOf(manifest, "plugins") ?? [];
  return [
    ...unknownFields(manifest, "manifest", find),
    ...(Array.isArray(plugins) && plugins.length === 0
      ? []
      : find(`plugins: got ${shown(plugins)}; allowed: none; ${WRITER}`)),
  ];
}

function operationFindings(operation: unknown, index: number): Finding[] {
  const find = findingsAt(`pending_operations[${index}]`);
  const keys = isMapping(operation) ? Object.keys(operation) : [];
  const type = fieldOf(operation, "type");
  return [
    ...keys
      .filter((key) => key !== "type" && key !== "resource")
      .flatMap((key) => find(`${shown(key)}: unknown field; allowed: type, resource`)),
    ...(OPERATIONS.includes(type)
      ? []
      : find(`type: got ${shown(type)}; allowed: ${OPERATIONS.join(", ")}`)),
  ];
}
