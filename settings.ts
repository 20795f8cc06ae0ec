import * as pulumi from "@pulumi/pulumi";

import { byName } from "./components/by-name.ts";
import type { Cluster } from "./components/cluster.ts";
import type { CredentialDefinition } from "./components/credentials/credential.ts";
import { faultsError } from "./components/faults-error.ts";
import type { ImageSource } from "./components/image/image.ts";
import type { Registry } from "./components/image/registry.ts";
import type { ServiceDefinition } from "./components/service-definition.ts";
import type { Sealing } from "./components/credentials/sealed-credential.ts";
import type { HandOffDefinition } from "./components/hand-off/definition.ts";
import type { GroupsDefinition } from "./components/group/definition.ts";
import type { JenkinsDefinition } from "./components/lanes/definition.ts";
import type { ExtraDefinition } from "./components/extra.ts";
import type { PolicyDefinition } from "./components/policy/definition.ts";
import type { Promotion, ToBePromoted } from "./components/promotion/definition.ts";
import { addressFaults } from "./settings/addresses.ts";
import { resolveCluster } from "./settings/cluster.ts";
import { serviceFaults } from "./settings/conflicts.ts";
import { credentialFaults, settingsUsed } from "./settings/credential-conflicts.ts";
import { withCertificate, withValues } from "./settings/credentials.ts";
import { besides, type Fault, faultLine, faultsOf, placeOf } from "./settings/fault.ts";
import { groupFaults } from "./settings/groups.ts";
import { handOffFaults, handOffOf } from "./settings/hand-off.ts";
import { jenkinsFaults } from "./settings/jenkins.ts";
import { isEmpty, type Mapping } from "./settings/mapping.ts";
import { monitoringFaults, monitoringOf } from "./settings/monitoring.ts";
import { namespaceExists } from "./settings/namespace.ts";
import { numeralFaults } from "./settings/numerals.ts";
import { policyFaults } from "./settings/policy.ts";
import {
  asPromoted,
  imageSourceOf,
  pinFaults,
  promotionFaults,
  promotionOf,
} from "./settings/promotion.ts";
import { PASSWORD, registryFaults } from "./settings/registry.ts";
import { extrasFaults } from "./settings/service/manifests.ts";
import { secretFaults } from "./settings/secrets.ts";
import { type StackForm, stackSchema } from "./settings/stack.ts";
import { buildOf, buildSettingFaults, settingsOfBuilds } from "./settings/service/build.ts";
import { processFaults } from "./settings/service/process.ts";
import { sharedBuildFaults } from "./settings/service/shared-build.ts";
import { servicesIn } from "./settings/services-file.ts";
import { claimFaults } from "./settings/service/volumes.ts";
import { stackFile } from "./settings/stack-file.ts";
import type { Surroundings } from "./settings/surroundings.ts";
import { variableFaults } from "./settings/variables.ts";

/** One service as its settings describe it. */
export type ServiceSettings = (ImageSource | ToBePromoted) & ServiceDefinition;

/** A stack's settings, checked. See docs/settings.md. */
export interface Settings {
  readonly cluster: Cluster;
  /** Absent if every image is pinned. */
  readonly registry: Registry | undefined;
  /** Absent if the stack builds its images, or pins them. */
  readonly promoteFrom: Promotion | undefined;
  /** Absent if Jenkins gets nothing in the cluster. */
  readonly jenkins: JenkinsDefinition | undefined;
  readonly namespace: string;
  /** Whether others have created the namespace. */
  readonly namespaceExists: boolean;
  readonly sealing: Sealing;
  readonly credentials: Readonly<Record<string, CredentialDefinition>>;
  /**
   * What stands beside the services, in the order in which it is applied.
   * @default - nothing
   */
  readonly extras?: Readonly<Record<string, string | ExtraDefinition>>;
  /**
   * What the stack says of the policy that holds for it.
   * @default - nothing
   */
  readonly policy?: PolicyDefinition;
  /**
   * Services that are released together or not at all.
   * @default - each is released by itself
   */
  readonly groups?: GroupsDefinition;
  /**
   * Where desired state goes, and who applies it.
   * @default - the stack applies it itself
   */
  readonly handOff?: HandOffDefinition;
  readonly services: Readonly<Record<string, ServiceSettings>>;
}

/** A stack's settings as the engine hands them over. */
export interface StackConfig {
  /** Strings by key without the project's prefix; mappings as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys that hold a secret, themselves or somewhere inside. */
  readonly secretKeys: readonly string[];
  /**
   * Text of the stack's file, for what the engine does not hand over.
   *
   * @default - it cannot be read
   */
  readonly file?: string | undefined;
}

const PREFIX = "slipway:";
/** Settings that are strings; the others are mappings, which the engine hands over as JSON. */
const STRINGS: ReadonlySet<string> = new Set<keyof StackForm>([PASSWORD, "namespace"]);

/** A namespace that exists is a mapping with its name, which is no name of one. */
function isString(key: string, value: string): boolean {
  return STRINGS.has(key) && !(key === "namespace" && value.startsWith("{"));
}

/** An empty mapping is what Pulumi.yaml gives for a key that the stack does not set. */
const UNSET_WHEN_EMPTY = new Set([
  "registry",
  "jenkins",
  "extras",
  "groups",
  "handOff",
  "policy",
  "prometheus",
  "monitoring",
  "trial",
]);

/** Settings as they were handed over, and where. */
export interface Handed {
  readonly config: StackConfig;
  readonly surroundings: Surroundings;
}

/** The settings of the stack that is being run, as the engine hands them over. */
export function handed(): Handed {
  const values = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([key, value]) => [key.slice(PREFIX.length), value]),
  );
  const secretKeys = Object.keys(values).filter((key) => holdsSecret(PREFIX + key));
  const folder = process.cwd();
  const file = stackFile(folder, pulumi.getStack());
  return {
    config: { values, secretKeys, file },
    surroundings: { variables: process.env, folder },
  };
}

/**
 * Reads the settings of a stack.
 *
 * @throws RunError with a line for each fault, before anything is registered
 */
export function parseSettings(config: StackConfig, surroundings: Surroundings): Settings {
  const schema = stackSchema(surroundings);
  const keys = Object.keys(schema.shape);
  const written = parseValues(config.values, keys);
  const { services, faults: unread } = servicesIn(written["services"], surroundings);
  const named = [...settingsUsed(written["credentials"]), ...settingsOfBuilds(services)];
  const used = named.filter((name) => !keys.includes(name));
  const form = Object.entries({ ...written, ...("services" in written && { services }) });
  const raw = asPromoted(Object.fromEntries(form.filter(([key]) => !used.includes(key))));
  const parsed = schema.safeParse(raw, { reportInput: true });
  const { cluster, faults } = resolveCluster(raw["cluster"], surroundings);
  const shapes = faultsOf(parsed.error);
  const found = reportable({
    misplaced: secretFaults(config, used),
    misread: [...numeralFaults(config.file ?? "", PREFIX, written), ...unread],
    others: [
      ...shapes,
      ...besides(shapes, [...faults, ...conflictsIn(raw, { config, keys, surroundings })], raw),
    ],
  });
  if (found.length > 0 || !parsed.success || cluster === undefined) {
    throw faultsError(lines(found), "faults in the stack's settings");
  }
  return settingsOf(cluster, parsed.data, config.values);
}

/** What is wrong between keys, each of which may be right by itself. */
function conflictsIn(raw: Mapping, { config, keys, surroundings }: Circumstances): Fault[] {
  return [
    ...registryFaults(raw),
    ...pinFaults(raw),
    ...promotionFaults(raw),
    ...jenkinsFaults(raw),
    ...credentialFaults({ raw, ...config }, keys),
    ...addressFaults(raw),
    ...serviceFaults(raw, surroundings),
    ...sharedBuildFaults(raw),
    ...buildSettingFaults({ raw, ...config }, keys),
    ...variableFaults(raw),
    ...processFaults(raw),
    ...extrasFaults(raw, surroundings),
    ...groupFaults(raw),
    ...handOffFaults(raw),
    ...claimFaults(raw),
    ...policyFaults(raw, today()),
    ...monitoringFaults(raw),
  ];
}

interface Circumstances {
  readonly config: StackConfig;
  readonly keys: readonly string[];
  readonly surroundings: Surroundings;
}

/** A secret in the wrong place is reported without reading its value, and a misread number or file only once. */
function reportable(faults: Readonly<Record<"misplaced" | "misread" | "others", Fault[]>>) {
  const { misplaced, misread, others } = faults;
  const secrets = new Set(misplaced.map(({ path }) => path[0]));
  const numbers = new Set(misread.map(placeOf));
  const read = others.filter((fault) => !numbers.has(placeOf(fault)));
  return [...misplaced, ...[...misread, ...read].filter(({ path }) => !secrets.has(path[0]))];
}

function settingsOf(cluster: Cluster, form: StackForm, values: StackConfig["values"]): Settings {
  const { registry, namespace, services, sealing = {}, credentials = {} } = form;
  const { extras, groups, policy, handOff } = form;
  const password = values[PASSWORD];
  const secretOf = (setting: string) => pulumi.secret(values[setting] ?? "");
  return {
    cluster,
    registry: registry && { ...registry, ...(password && { password: pulumi.secret(password) }) },
    promoteFrom: promotionOf(form.promoteFrom, registry),
    jenkins: form.jenkins,
    namespace: typeof namespace === "string" ? namespace : namespace.name,
    namespaceExists: namespaceExists(namespace),
    sealing: withCertificate(sealing),
    credentials: byName(credentials, (_, credential) => withValues(credential, values)),
    ...(extras && { extras }),
    ...(policy && { policy }),
    ...(groups && { groups }),
    ...(handOff && { handOff: handOffOf(handOff) }),
    services: byName(services, (name, { build, image, ...definition }) => ({
      ...definition,
      ...monitoringOf(definition, form),
      ...imageSourceOf(name, { build: build && buildOf(build, secretOf), image }, form),
    })),
  };
}

/** Mappings arrive as JSON; anything else is left for the schema to refuse. */
function parseValues(values: StackConfig["values"], keys: readonly string[]) {
  const entries = Object.entries(values).map(([key, value]) => {
    const isMapping = keys.includes(key) && !isString(key, value);
    return [key, isMapping ? parseJson(value) : value] as const;
  });
  return Object.fromEntries<unknown>(
    entries.filter(([key, value]) => !(UNSET_WHEN_EMPTY.has(key) && isEmpty(value))),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function today(): string {
  return new Date().toISOString().slice(0, "YYYY-MM-DD".length);
}

/** The faults as lines, each once, in the order of their keys. */
function lines(faults: readonly Fault[]): string[] {
  const sorted = faults.toSorted((one, other) =>
    placeOf(one) < placeOf(other) ? -1 : Number(placeOf(one) > placeOf(other)),
  );
  return [...new Set(sorted.map(faultLine))];
}

// The SDK knows which settings are secrets, but its types do not say.
function holdsSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(
    key,
  );
}
