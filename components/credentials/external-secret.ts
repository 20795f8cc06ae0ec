import { MADE_HERE } from "../../contract/marks.ts";
import { type CredentialForm, DOCKER_CONFIG_KEY, secretTemplate } from "./format.ts";
import { SKIP_AWAIT, TAKES_BACK } from "../manifests/labels.ts";

/**
 * Where a store of secrets has a value.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export interface RemoteValue {
  /** What the store knows it by, e.g. the path of a secret in Vault. */
  readonly key: string;
  /**
   * Which of several values there.
   *
   * @default - the whole
   */
  readonly property?: string;
  /** @default - the newest */
  readonly version?: string;
}

/** The store that an ExternalSecret reads. */
export interface SecretStore {
  readonly name: string;
  /** @default SecretStore */
  readonly kind?: "SecretStore" | "ClusterSecretStore";
}

/** What an ExternalSecret is made of. */
export interface ExternalSource {
  readonly store: SecretStore;
  /**
   * How often the controller looks for new values, e.g. 15m; 0s is once.
   *
   * @default 1h
   */
  readonly refreshInterval?: string;
  /** By key of the Secret. */
  readonly remote: Readonly<Record<string, RemoteValue>>;
  /** What is no secret, by key of the Secret. */
  readonly literals: Readonly<Record<string, string>>;
}

/**
 * An ExternalSecret: the controller makes a Secret of the same name from what a store has.
 *
 * @see https://external-secrets.io/latest/guides/templating/
 */
export function externalSecretManifest(form: CredentialForm, source: ExternalSource) {
  const { name, namespace } = form;
  const { type, labels, annotations } = secretTemplate(form);
  const { kind = "SecretStore" } = source.store;
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      name,
      namespace,
      labels: MADE_HERE,
      annotations: { ...TAKES_BACK, ...SKIP_AWAIT },
    },
    spec: {
      secretStoreRef: { name: source.store.name, kind },
      refreshInterval: source.refreshInterval ?? "1h",
      target: {
        name,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: {
          engineVersion: "v2",
          type,
          metadata: { labels, annotations: texts(annotations) },
          ...dataTemplate(form, source),
        },
      },
      data: Object.entries(source.remote).map(([secretKey, remoteRef]) => ({
        secretKey,
        remoteRef: { ...remoteRef },
      })),
    },
  };
}

/** What the Secret has beside the store's values, or in place of them. */
function dataTemplate({ format }: CredentialForm, { remote, literals }: ExternalSource) {
  if (format === "dockerconfigjson") {
    return { data: { [DOCKER_CONFIG_KEY]: dockerConfig(remote, literals) } };
  }
  if (Object.keys(literals).length === 0) {
    return {};
  }
  return { mergePolicy: "Merge", data: texts(literals) };
}

/** @see https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
function dockerConfig(
  remote: Readonly<Record<string, RemoteValue>>,
  literals: Readonly<Record<string, string>>,
): string {
  const [host, user, password] = ["registry", "username", "password"].map((key) =>
    key in remote ? `.${key}` : JSON.stringify(literals[key] ?? ""),
  );
  const auth = `(printf "%s:%s" ${String(user)} ${String(password)} | b64enc)`;
  const login = `(dict "username" ${String(user)} "password" ${String(password)} "auth" ${auth})`;
  return `{{ dict "auths" (dict ${String(host)} ${login}) | toJson }}`;
}

/** The controller takes every text for a template. */
function texts(literals: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(literals).map(([key, text]) => [
    key,
    text.includes("{{") ? `{{ ${JSON.stringify(text)} }}` : text,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
