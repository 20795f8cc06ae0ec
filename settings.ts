import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { isRepository } from "./components/image-reference";
import type { ValueSource } from "./components/credential-values";
import type { CredentialDefinition, Sealing } from "./components/credentials";
import type { ImageSource, Registry } from "./components/image";
import type { ServiceDefinition } from "./components/manifests/definition";
import { type Cluster, resolveCluster } from "./settings/cluster";
import { conflicts, mapping } from "./settings/conflicts";
import { credentialFaults, settingsUsed } from "./settings/credential-conflicts";
import { credentialSchema, sealingSchema } from "./settings/credentials";
import { type Fault, faultLine, faultsOf } from "./settings/fault";
import * as field from "./settings/fields";
import { serviceSchema } from "./settings/service";
import type { Surroundings } from "./settings/surroundings";

/** One service as its settings describe it. */
export type ServiceSettings = ImageSource & ServiceDefinition;

/** A stack's settings, checked. See docs/settings.md. */
export interface Settings {
  readonly cluster: Cluster;
  /** Absent where every image is pinned. */
  readonly registry: Registry | undefined;
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
}

const PREFIX = "slipway:";
const PASSWORD = "registryPassword";
const MAPPINGS = new Set(["cluster", "registry", "sealing", "credentials", "services"]);
const KNOWN = [...MAPPINGS, PASSWORD, "namespace"];
/** Where the chart and the manifests of Sealed Secrets put it. */
const CONTROLLER = { namespace: "kube-system", name: "sealed-secrets-controller" };
const SECRET_REMEDY = `run pulumi config set --secret ${PREFIX}${PASSWORD}`;

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
  return parseSettings({ values, secretKeys }, { variables: process.env, folder: process.cwd() });
}

/** The pure part of {@link readSettings}. */
export function parseSettings(config: StackConfig, surroundings: Surroundings): Settings {
  const written = parseValues(config.values);
  const used = settingsUsed(written["credentials"]).filter((name) => !KNOWN.includes(name));
  const raw = Object.fromEntries(Object.entries(written).filter(([key]) => !used.includes(key)));
  const secretFaults = faultsOfSecrets(config, used);
  // A secret in the wrong place is told without a look at its value.
  const isShown = (fault: Fault): boolean =>
    !secretFaults.some(({ path }) => path[0] === fault.path[0]);

  const parsed = settingsSchema(surroundings).safeParse(raw, { reportInput: true });
  const resolved = resolveCluster(raw["cluster"], surroundings);
  const faults = [
    ...(parsed.success ? [] : faultsOf(parsed.error)),
    ...("faults" in resolved
      ? resolved.faults.map(({ path, text }) => ({ path: ["cluster", ...path], text }))
      : []),
    ...registryFaults(raw),
    ...credentialFaults({ raw, ...config }, KNOWN),
    ...Object.entries(mapping(raw["services"]) ?? {}).flatMap(([name, service]) =>
      conflicts(name, service, surroundings).map(({ path, text }) => ({
        path: ["services", name, ...path],
        text,
      })),
    ),
  ];
  const told = lines([...secretFaults, ...faults.filter(isShown)]);
  if (told.length > 0 || !parsed.success || !("cluster" in resolved)) throw settingsError(told);

  const { registry, namespace, services, sealing = {}, credentials = {} } = parsed.data;
  const password = config.values[PASSWORD];
  return {
    cluster: resolved.cluster,
    registry: registry && { ...registry, ...(password && { password: pulumi.secret(password) }) },
    namespace,
    sealing: withCertificate(sealing),
    credentials: Object.fromEntries(
      Object.entries(credentials).map(([name, credential]) => [
        name,
        withValues(credential, config.values),
      ]),
    ),
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, withSource(service)]),
    ),
  };
}

function settingsSchema(surroundings: Surroundings) {
  const repository =
    "a repository such as registry.example.com/team, without scheme, tag and digest";
  return field.mapping(
    {
      cluster: field.mapping(
        {
          kubeconfig: field.path(surroundings, "file", "the path of a kubeconfig file"),
          context: field
            .expanded(surroundings, "the name of a context in the kubeconfig")
            .exactOptional(),
          identifier: field
            .expanded(surroundings, "a name of the cluster that never changes")
            .exactOptional(),
        },
        "kubeconfig, and as needed context and identifier",
      ),
      registry: field
        .mapping(
          {
            repository: field
              .expanded(surroundings, repository)
              .pipe(z.string().refine(isRepository, { error: `allowed: ${repository}` })),
            username: field.expanded(surroundings, "the name to log in with").exactOptional(),
            pullSecret: field.objectName.exactOptional(),
          },
          "repository, and as needed username and pullSecret",
        )
        .exactOptional(),
      [PASSWORD]: z.string().exactOptional(),
      namespace: field.label.refine((name) => !/^(default|kube-.*)$/.test(name), {
        error: "allowed: a namespace of the stack's own; the cluster made this one for itself",
      }),
      sealing: sealingSchema(surroundings).exactOptional(),
      credentials: field
        .named(field.label, credentialSchema, "a mapping of credentials by name")
        .exactOptional(),
      services: field
        .named(z.string(), serviceSchema(surroundings), "a mapping of services by name")
        .refine((services) => Object.keys(services).length > 0, {
          error: "missing; allowed: at least one service by name",
        }),
    },
    "the settings of a stack",
  );
}

/** Mappings arrive as JSON; what is none is left for the schema to refuse. */
function parseValues(values: StackConfig["values"]): Record<string, unknown> {
  const { registry, ...others } = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      MAPPINGS.has(key) ? parseJson(value) : value,
    ]),
  );
  // An empty mapping is what Pulumi.yaml gives for a key that the stack does not set.
  const isSet = registry !== undefined && Object.keys(mapping(registry) ?? { registry }).length > 0;
  return isSet ? { registry, ...others } : others;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function faultsOfSecrets({ values, secretKeys }: StackConfig, used: readonly string[]): Fault[] {
  const inClear = (values[PASSWORD] ?? "") !== "" && !secretKeys.includes(PASSWORD);
  const misplaced = secretKeys.filter((key) => key !== PASSWORD && !used.includes(key));
  return [
    ...(inClear
      ? [
          {
            path: [PASSWORD],
            text: `got a value in clear; allowed: an encrypted one; ${SECRET_REMEDY}, and change the password`,
          },
        ]
      : []),
    ...misplaced.map((key) => ({
      path: [key],
      text: `got a secret, which would be readable in the cluster and the state; allowed: only ${PASSWORD} and the settings that ${PREFIX}credentials names are secrets; give it a setting of its own and name that in a credential as {setting: name}`,
    })),
  ];
}

function registryFaults(raw: Readonly<Record<string, unknown>>): Fault[] {
  const { repository, username } = mapping(raw["registry"]) ?? {};
  const hasPassword = (raw[PASSWORD] ?? "") !== "";
  const built = Object.entries(mapping(raw["services"]) ?? {}).filter(
    ([, service]) => mapping(service)?.["build"] !== undefined,
  );
  return [
    ...(raw["registry"] === undefined && built.length > 0
      ? [
          {
            path: ["registry", "repository"],
            text: `missing; needed to push what is built for ${built.map(([name]) => name).join(", ")}; set it to a repository such as registry.example.com/team`,
          },
        ]
      : []),
    ...(username !== undefined && !hasPassword
      ? [{ path: [PASSWORD], text: `missing; registry.username needs one; ${SECRET_REMEDY}` }]
      : []),
    ...(hasPassword && username === undefined && repository !== undefined
      ? [
          {
            path: ["registry", "username"],
            text: `missing; ${PASSWORD} needs one; set the name to log in with`,
          },
        ]
      : []),
  ];
}

function withCertificate({
  controller,
  certificate,
}: z.output<ReturnType<typeof sealingSchema>>): Sealing {
  return {
    controller: { ...CONTROLLER, ...controller },
    ...(certificate !== undefined && { certificate: readFileSync(certificate, "utf8") }),
  };
}

function withValues(
  { keys = {}, ...credential }: z.output<typeof credentialSchema>,
  values: StackConfig["values"],
): CredentialDefinition {
  const sources = Object.entries(keys).map(([key, source]): [string, ValueSource] => {
    if (typeof source === "string") return [key, { value: source }];
    if (!("setting" in source)) return [key, source];
    return [key, { value: pulumi.secret(values[source.setting] ?? "") }];
  });
  return { ...credential, keys: Object.fromEntries(sources) };
}

type Parsed = z.output<ReturnType<typeof serviceSchema>>;

function withSource({ build, image, ...definition }: Parsed): ServiceSettings {
  if (build !== undefined) return { ...definition, build };
  if (image !== undefined) return { ...definition, image };
  throw new Error("a service has neither build nor image");
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
  if (others.length === 0) return new pulumi.RunError(only);
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
