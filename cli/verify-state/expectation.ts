import { prefixOf, LANES } from "../../components/lanes/definition.ts";
import { policyNames } from "../../components/lanes/policies.ts";
import { renderFolderOf } from "../../components/hand-off/render-folder.ts";
import { admissionName } from "../../components/policy/admission.ts";
import type { Cluster } from "../../components/cluster.ts";
import manifest from "../../package.json" with { type: "json" };
import { completeMonitoring } from "../../components/service/monitoring.ts";
import { boundsName } from "../../components/trial/policy.ts";
import { poolNamespaces } from "../../components/trial/definition.ts";
import { trialSchema } from "../../settings/trial.ts";
import { expand } from "../../settings/surroundings.ts";
import { namespaceName } from "../../settings/namespace.ts";
import type { Expected, KubeconfigInput } from "./expected.ts";
import { fieldOf, isMapping, type Mapping, textOf } from "./mapping.ts";
import { secretsOf } from "./secrets-setting.ts";
import type { WrittenSettings } from "./settings.ts";

/** Where the chart of Sealed Secrets puts its controller. */
const SEALING_NAMESPACE = "kube-system";

/** Where both providers look for a path that is not in the state. */
const READ_BY_PROVIDERS = "KUBECONFIG";

/** Packages whose plugins have versions. */
const PACKAGES = ["kubernetes", "random", "docker"] as const;

/** What a state may say if its program has these settings. */
export function expectationOf(
  settings: WrittenSettings,
  cluster: Cluster,
  variables: Readonly<Record<string, string | undefined>>,
): Expected {
  const { project, stack, organization, own, config } = settings;
  const former = (key: string) => textsOf(fieldOf(own["former"], key));
  const namespaces = [...textsOf([namespaceName(own["namespace"])]), ...former("namespaces")];
  const prefix = textOf(own["jenkins"], "prefix");
  const prefixes = [
    ...(prefix === undefined ? [] : [prefix]),
    ...namespaces.map((home) => prefixOf({}, home)),
    ...former("namespaces").flatMap(prefixesOf),
  ];
  const pool = poolOf(own);
  const credentials = credentialsOf(own["credentials"]);
  const elsewhere = [...credentials.flatMap(({ id }) => id), ...former("credentials")];
  return {
    project,
    stack,
    organization,
    kubeconfigs: [...kubeconfigsOf(cluster), ...former("kubeconfigs").map(formerKubeconfig)],
    ...(isHandedOff(own) && { rendersTo: renderFolderOf(stack) }),
    contexts: [cluster.context, ...former("contexts")],
    identifiers: [
      cluster.identifier,
      ...(cluster.formerIdentifiers ?? []),
      ...former("identifiers"),
    ],
    versions: versionsOf(former("plugins")),
    configured: configuredOf(config, variables),
    namespaces: [...namespaces, ...pool],
    pool,
    lanes: prefixes.flatMap((each) => LANES.map((lane) => `${each}-${lane}`)),
    credentials: elsewhere,
    outside: outsideOf(own),
    granted: [
      textOf(fieldOf(own["sealing"], "controller"), "namespace") ?? SEALING_NAMESPACE,
      ...elsewhere.map((id) => id.slice(0, id.indexOf("/"))),
      ...former("namespaces"),
    ],
    ...monitoredBy(own, variables, former("prometheus")),
    policies: [
      ...[...new Set(prefixes)].flatMap(policyNames),
      ...namespaces.map(admissionName),
      ...pool.slice(0, 1).map(boundsName),
    ],
    stacks: [
      ...promotedFrom(own["promoteFrom"]),
      ...credentials.flatMap((each) => each.stacks),
      ...former("stacks"),
    ],
    secrets: secretsOf(settings, variables),
  };
}

/** The namespaces of a pool of trials, that of its book first; none of a stack that delivers. */
function poolOf(own: Mapping): string[] {
  const { data: trial } = trialSchema.safeParse(own["trial"]);
  const home = textOf(own, "namespace");
  return trial === undefined || home === undefined
    ? []
    : [home, ...poolNamespaces(home, trial.most)];
}

function isHandedOff({ handOff }: Mapping): boolean {
  return isMapping(handOff) && Object.keys(handOff).length > 0;
}

/** Where Prometheus is asked, and the namespaces of it that the lanes may look at. */
function monitoredBy(
  own: Mapping,
  variables: Readonly<Record<string, string | undefined>>,
  former: readonly string[],
): Pick<Expected, "prometheus" | "monitored"> {
  const written = textOf(own, "prometheus");
  const expanded = written === undefined ? undefined : expand(written, { variables, folder: "" });
  const present = expanded && "text" in expanded ? [expanded.text] : [];
  const prometheus = [...present, ...former];
  const said = textsOf([textOf(own["monitoring"], "namespace")]);
  const namespaces = prometheus.map((each) => completeMonitoring({ prometheus: each }).namespace);
  return { prometheus, monitored: [...said, ...namespaces] };
}

/** The prefix of a lane's namespace, none for any other. */
function prefixesOf(namespace: string): string[] {
  const lane = LANES.find((each) => namespace.endsWith(`-${each}`));
  return lane === undefined ? [] : [namespace.slice(0, -lane.length - 1)];
}

function kubeconfigsOf({ kubeconfig, kubeconfigVariable }: Cluster): KubeconfigInput[] {
  const written = { kubeconfig, envVarMappings: {} };
  return kubeconfigVariable === undefined
    ? [written]
    : [formerKubeconfig(`\${${kubeconfigVariable}}`), written];
}

function formerKubeconfig(path: string): KubeconfigInput {
  const variable = /^\$\{(\w+)\}$/.exec(path)?.[1];
  if (variable === undefined) {
    return { kubeconfig: path, envVarMappings: {} };
  }
  const envVarMappings = variable === READ_BY_PROVIDERS ? {} : { [variable]: READ_BY_PROVIDERS };
  return { kubeconfig: "", envVarMappings };
}

function versionsOf(former: readonly string[]): Expected["versions"] {
  const entries = PACKAGES.map((name) => {
    const pinned = manifest.dependencies[`@pulumi/${name}`];
    const start = `${name}@`;
    const earlier = former.filter((each) => each.startsWith(start));
    return [name, [pinned, ...earlier.map((each) => each.slice(start.length))]] as const;
  });
  return Object.fromEntries(entries);
}

/** A default provider gets the stack's settings of its package, and Docker's the daemon of whoever runs it. */
function configuredOf(config: Mapping, variables: Readonly<Record<string, string | undefined>>) {
  const host = variables["DOCKER_HOST"];
  const of = (name: string) => {
    const start = `${name}:`;
    const own = Object.entries(config).filter(([key]) => key.startsWith(start));
    return Object.fromEntries(own.map(([key, value]) => [key.slice(start.length), value]));
  };
  return {
    docker: { ...(host !== undefined && { host }), ...of("docker") },
    random: of("random"),
  };
}

/** What manifests of services and extras may have outside of the services' namespace. */
function outsideOf({ services, extras }: Mapping): string[] {
  const of = (entries: unknown) => (isMapping(entries) ? Object.values(entries) : []);
  const sources = [...of(services).map((each) => fieldOf(each, "manifests")), ...of(extras)];
  return sources.flatMap((source) => textsOf(fieldOf(source, "outside")));
}

/** Those outside of the services' namespace by id, and the stacks that have values of any. */
function credentialsOf(credentials: unknown) {
  const entries = isMapping(credentials) ? Object.entries(credentials) : [];
  return entries.map(([name, credential]) => {
    const keys = fieldOf(credential, "keys");
    const sources = isMapping(keys) ? Object.values(keys) : [];
    const namespace = textOf(credential, "namespace");
    const id = namespace === undefined ? [] : [`${namespace}/${name}`];
    return { id, stacks: sources.flatMap((each) => textsOf([fieldOf(each, "stack")])) };
  });
}

function promotedFrom(setting: unknown): string[] {
  return textsOf([typeof setting === "string" ? setting : fieldOf(setting, "stack")]);
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values)
    ? values.filter((value): value is string => typeof value === "string" && value !== "")
    : [];
}
