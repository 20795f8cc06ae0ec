import * as pulumi from "@pulumi/pulumi";

import type { Cluster } from "./components/cluster.ts";
import type { CredentialDefinition } from "./components/credentials/credential.ts";
import type { ImageSource, Registry } from "./components/image/image.ts";
import type { ServiceDefinition } from "./components/service-definition.ts";
import type { Sealing } from "./components/credentials/sealed-credential.ts";
import type { JenkinsDefinition } from "./components/lanes/definition.ts";
import { addressFaults } from "./settings/addresses.ts";
import type { Promotion, ToBePromoted } from "./components/promotion/definition.ts";
import { resolveCluster } from "./settings/cluster.ts";
import { conflicts } from "./settings/conflicts.ts";
import { credentialFaults, settingsUsed } from "./settings/credential-conflicts.ts";
import { withCertificate, withValues } from "./settings/credentials.ts";
import { type Fault, faultLine, faultsOf } from "./settings/fault.ts";
import { jenkinsFaults } from "./settings/jenkins.ts";
import { mapping } from "./settings/mapping.ts";
import { numeralFaults } from "./settings/numerals.ts";
import { asPromoted, pinFaults, sourceOf } from "./settings/promotion.ts";
import { PASSWORD, registryFaults } from "./settings/registry.ts";
import { secretFaults } from "./settings/secrets.ts";
import { type StackForm, stackSchema } from "./settings/stack.ts";
import { stackFile } from "./settings/stack-file.ts";
import type { Surroundings } from "./settings/surroundings.ts";

/** One service as its settings describe it. */
export type ServiceSettings = (ImageSource | ToBePromoted) & ServiceDefinition;

/** A stack's settings, checked. See docs/settings.md. */
export interface Settings {
  readonly cluster: Cluster;
  /** Absent where every image is pinned. */
  readonly registry: Registry | undefined;
  /** Absent where the stack builds its images, or pins them. */
  readonly promoteFrom: Promotion | undefined;
  /** Absent where Jenkins gets nothing of the cluster. */
  readonly jenkins: JenkinsDefinition | undefined;
  readonly namespace: string;
  readonly sealing: Sealing;
  readonly credentials: Readonly<Record<string, CredentialDefinition>>;
  readonly services: Readonly<Record<string, ServiceSettings>>;
}

/** A stack's settings as the engine hands them over. */
export interface StackConfig {
  /** Text by key without the project's prefix; mappings as JSON. */
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
const KEYS: Readonly<Record<keyof StackForm, "mapping" | "text">> = {
  cluster: "mapping",
  registry: "mapping",
  sealing: "mapping",
  credentials: "mapping",
  services: "mapping",
  promoteFrom: "mapping",
  pins: "mapping",
  jenkins: "mapping",
  [PASSWORD]: "text",
  namespace: "text",
};
/** An empty mapping is what Pulumi.yaml gives for a key that the stack does not set. */
const UNSET_WHEN_EMPTY = new Set(["registry", "jenkins"]);
const KNOWN = Object.keys(KEYS);

/**
 * Reads the settings of the stack that is being run.
 *
 * @throws RunError with a line for each fault, before anything is registered
 */
export function readSettings(): Settings {
  const entries = Object.entries(pulumi.runtime.allConfig()).filter(([key]) =>
    key.startsWith(PREFIX),
  );
  const values = Object.fromEntries(
    entries.map(([key, value]) => [key.slice(PREFIX.length), value]),
  );
  const secretKeys = Object.keys(values).filter((key) => holdsSecret(PREFIX + key));
  const folder = process.cwd();
  const file = stackFile(folder, pulumi.getStack());
  return parseSettings({ values, secretKeys, file }, { variables: process.env, folder });
}

/** The pure part of {@link readSettings}. */
export function parseSettings(config: StackConfig, surroundings: Surroundings): Settings {
  const written = parseValues(config.values);
  const used = settingsUsed(written["credentials"]).filter((name) => !KNOWN.includes(name));
  const raw = asPromoted(
    Object.fromEntries(Object.entries(written).filter(([key]) => !used.includes(key))),
  );
  const misplaced = secretFaults(config, used);
  // A secret in the wrong place is told without a look at its value.
  const isShown = (fault: Fault): boolean =>
    !misplaced.some(({ path }) => path[0] === fault.path[0]);

  const parsed = stackSchema(surroundings).safeParse(raw, { reportInput: true });
  const resolved = resolveCluster(raw["cluster"], surroundings);
  const faults = [
    ...(parsed.success ? [] : faultsOf(parsed.error)),
    ...("faults" in resolved
      ? resolved.faults.map(({ path, text }) => ({ path: ["cluster", ...path], text }))
      : []),
    ...registryFaults(raw),
    ...pinFaults(raw),
    ...jenkinsFaults(raw),
    ...credentialFaults({ raw, ...config }, KNOWN),
    ...addressFaults(raw),
    ...Object.entries(mapping(raw["services"]) ?? {}).flatMap(([name, service]) =>
      conflicts(name, service, surroundings, "promoteFrom" in raw).map(({ path, text }) => ({
        path: ["services", name, ...path],
        text,
      })),
    ),
  ];
  const misread = numeralFaults(config.file ?? "", PREFIX, written);
  const isRead = ({ path }: Fault): boolean =>
    !misread.some((other) => other.path.join("\0") === path.join("\0"));
  const told = lines([...misplaced, ...[...misread, ...faults.filter(isRead)].filter(isShown)]);
  if (told.length > 0 || !parsed.success || !("cluster" in resolved)) {
    throw settingsError(told);
  }

  const { registry, namespace, services, sealing = {}, credentials = {} } = parsed.data;
  const password = config.values[PASSWORD];
  return {
    cluster: resolved.cluster,
    registry: registry && { ...registry, ...(password && { password: pulumi.secret(password) }) },
    promoteFrom: parsed.data.promoteFrom,
    jenkins: parsed.data.jenkins,
    namespace,
    sealing: withCertificate(sealing),
    credentials: Object.fromEntries(
      Object.entries(credentials).map(([name, credential]) => [
        name,
        withValues(credential, config.values),
      ]),
    ),
    services: Object.fromEntries(
      Object.entries(services).map(([name, { build, image, ...definition }]) => [
        name,
        { ...definition, ...sourceOf(name, { build, image }, parsed.data) },
      ]),
    ),
  };
}

/** Mappings arrive as JSON; what is none is left for the schema to refuse. */
function parseValues(values: StackConfig["values"]): Record<string, unknown> {
  const entries = Object.entries(values)
    .map(
      ([key, value]) =>
        [key, KEYS[key as keyof StackForm] === "mapping" ? parseJson(value) : value] as const,
    )
    .filter(([key, value]) => !(UNSET_WHEN_EMPTY.has(key) && isEmpty(value)));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  const entries = mapping(value);
  return entries !== undefined && Object.keys(entries).length === 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The faults as lines, each once, in the order of their keys. */
function lines(faults: readonly Fault[]): string[] {
  const key = ({ path }: Fault): string => path.map(String).join("\0");
  const sorted = faults.toSorted((one, other) =>
    key(one) < key(other) ? -1 : Number(key(one) > key(other)),
  );
  return [...new Set(sorted.map(faultLine))];
}

function settingsError(told: readonly string[]): pulumi.RunError {
  const [only = "", ...others] = told;
  if (others.length === 0) {
    return new pulumi.RunError(only);
  }
  return new pulumi.RunError(
    [`${told.length} faults in the stack's settings`, ...told].join("\n  "),
  );
}

// The SDK knows which settings are secrets, but its types do not tell.
function holdsSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(
    key,
  );
}
