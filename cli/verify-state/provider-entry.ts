import { isDeepStrictEqual } from "node:util";

import type { Entry } from "./entry.ts";
import type { Expected } from "./expected.ts";
import { type Finding, type Findings, shown } from "./finding.ts";
import { fieldOf, isMapping, type Mapping } from "./mapping.ts";

/** What the program, or the engine for it, sets of a provider, by package. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  kubernetes: ["kubeconfig", "context", "clusterIdentifier", "version"],
  slipway: ["kubeconfig", "context", "handsOff"],
  random: ["version"],
  docker: ["version"],
  pulumi: [],
};

/** Providers that the program names itself; the others are the engine's own defaults. */
const NAMED: Readonly<Record<string, string>> = { kubernetes: "cluster", slipway: "slipway" };

const NO_CLUSTER = { kubeconfig: "", envVarMappings: {} };

/** Where the engine keeps which plugin a provider is, and with which variables it starts. */
const INTERNAL = "__internal";

/** Checks a provider: the engine starts what is named here, and gives it what stands here. */
export function providerFindings(
  { inputs = {}, outputs = {} }: Entry,
  { package: of, name }: { readonly package: string; readonly name: string },
  expected: Expected,
  find: Findings,
): Finding[] {
  const version = fieldOf(inputs, "version");
  const ownName = NAMED[of] ?? defaultName(version);
  const { [INTERNAL]: internal = {}, ...settings } = inputs;
  const { rendersTo: renderYamlToDirectory } = expected;
  const rendering = of === "kubernetes" ? { renderYamlToDirectory } : {};
  const configured = { ...expected.configured[of], ...rendering };
  return [
    ...(name === ownName
      ? []
      : find(`name: got ${shown(name)}; allowed: ${ownName}; the program has no other provider`)),
    ...internalFindings(internal, of, find),
    ...[settings, outputs].flatMap((each) => [
      ...unknownInputs(each, of, configured, find),
      ...identifierFindings(each, expected, find),
    ]),
    ...versionFindings(of, [version, fieldOf(outputs, "version")], expected, find),
    ...(of in NAMED ? accessFindings({ settings, internal, outputs }, expected, find) : []),
  ];
}

/** As the engine names a default provider after its version. */
function defaultName(version: unknown): string {
  return typeof version === "string"
    ? `default_${version.replace(/[^0-9A-Za-z]/g, "_")}`
    : "default";
}

/** A download URL, a checksum, another plugin's name and a parameter all stand here. */
function internalFindings(internal: unknown, of: string, find: Findings): Finding[] {
  const allowed = of in NAMED ? ["envVarMappings"] : [];
  if (!isMapping(internal)) {
    return find(`inputs.${INTERNAL}: got ${shown(internal)}; allowed: a mapping`);
  }
  return Object.keys(internal)
    .filter((key) => !allowed.includes(key))
    .flatMap((key) =>
      find(
        `inputs.${INTERNAL}.${shown(key)}: got ${shown(internal[key])}; allowed: ${allowed.join(", ") || "nothing"}; the program takes each plugin as its package names it`,
      ),
    );
}

function unknownInputs(
  values: Mapping,
  of: string,
  configured: Mapping,
  find: Findings,
): Finding[] {
  const known = INPUTS[of] ?? [];
  return Object.keys(values)
    .filter((key) => !known.includes(key))
    .filter((key) => !isConfigured(values[key], fieldOf(configured, key)))
    .flatMap((key) => {
      const allowed = known.join(", ") || "nothing";
      return find(
        `inputs.${shown(key)}: got ${shown(values[key])}; allowed: ${allowed}${of in NAMED ? "" : `, and what the stack's settings have under ${of}:`}`,
      );
    });
}

/** The engine hands settings over as strings or as what they are. */
function isConfigured(value: unknown, setting: unknown): boolean {
  const texts = [setting, JSON.stringify(setting), String(setting)];
  return setting !== undefined && texts.some((each) => isDeepStrictEqual(each, value));
}

/** A different identifier makes the next up replace every object, and with them the namespaces. */
function identifierFindings(values: Mapping, { identifiers }: Expected, find: Findings): Finding[] {
  const identifier = fieldOf(values, "clusterIdentifier");
  return identifier === undefined || identifiers.some((each) => each === identifier)
    ? []
    : find(
        `inputs.clusterIdentifier: got ${shown(identifier)}; allowed: ${identifiers.join(", ")}; a different one replaces every object: if it is the same cluster, set slipway:cluster.identifier to what the state has, and if it is not, add that to slipway:former.identifiers until the next up has succeeded`,
      );
}

function versionFindings(
  of: string,
  [version, known = version]: readonly unknown[],
  { versions }: Expected,
  find: Findings,
): Finding[] {
  const allowed = versions[of];
  if (allowed === undefined) {
    return [];
  }
  return [...new Set([version, known])]
    .filter((each) => !allowed.some((pinned) => pinned === each))
    .flatMap((each) =>
      find(
        `inputs.version: got ${shown(each)}; allowed: ${allowed.join(", ")}; if an earlier commit of this project pinned that version, add "${of}@${plainVersion(each)}" to slipway:former.plugins until the next up has succeeded`,
      ),
    );
}

function plainVersion(version: unknown): string {
  return /^[\w.+-]{1,64}$/.test(String(version)) ? String(version) : "<version>";
}

/** The kubeconfig is where the settings say, and never in the state: one may start a program. */
function accessFindings(
  given: { readonly settings: Mapping; readonly internal: unknown; readonly outputs: Mapping },
  { kubeconfigs, contexts }: Expected,
  find: Findings,
): Finding[] {
  const { settings, internal, outputs } = given;
  const envVarMappings = fieldOf(internal, "envVarMappings") ?? {};
  const allowed = kubeconfigs.map(kubeconfigWords).join(", ");
  // Who writes files leads to no cluster.
  const isRendering = fieldOf(settings, "renderYamlToDirectory") !== undefined;
  const known = isRendering ? [...kubeconfigs, NO_CLUSTER] : kubeconfigs;
  const isAllowed = (kubeconfig: unknown) =>
    known.some((each) => isDeepStrictEqual({ ...each }, { kubeconfig, envVarMappings }));
  const paths = valuesOf("kubeconfig", settings, outputs).filter((path) => !isAllowed(path));
  const others = valuesOf("context", settings, outputs).filter(
    (context) =>
      !(isRendering && context === undefined) && !contexts.some((each) => each === context),
  );
  return [
    ...paths.flatMap((path) =>
      find(
        `inputs.kubeconfig: got ${shown(path)} with the variables ${shown(JSON.stringify(envVarMappings))}; allowed: ${allowed}; if the settings had a different path or variable before, add it to slipway:former.kubeconfigs until the next up has succeeded`,
      ),
    ),
    ...others.flatMap((context) =>
      find(
        `inputs.context: got ${shown(context)}; allowed: ${contexts.join(", ")}; if the context had this name before, add it to slipway:former.contexts until the next up has succeeded`,
      ),
    ),
  ];
}

/** What the inputs have, and the outputs if they differ. */
function valuesOf(key: string, inputs: Mapping, outputs: Mapping): unknown[] {
  const [first, second] = [fieldOf(inputs, key), fieldOf(outputs, key)];
  return second === undefined || second === first ? [first] : [first, second];
}

function kubeconfigWords({ kubeconfig, envVarMappings }: Expected["kubeconfigs"][number]): string {
  const [variable] = Object.keys(envVarMappings);
  const path = kubeconfig === "" ? '""' : kubeconfig;
  return variable === undefined ? path : `${path} with the variable ${variable}`;
}
