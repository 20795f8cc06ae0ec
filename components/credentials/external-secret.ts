import { MADE_HERE } from "../../contract/marks.ts";
import { byName } from "../by-name.ts";
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

/** The parts of an ExternalSecret. */
export interface ExternalParts {
  readonly store: SecretStore;
  /**
   * How often the controller looks for new values, e.g. 15m; 0s is once.
   * @default 1h
   */
  readonly refreshInterval?: string | undefined;
  /** By key of the Secret: where the store has it, or a value that is not secret. */
  readonly values: Readonly<Record<string, RemoteValue | string>>;
}

/**
 * An ExternalSecret: the controller creates a Secret of the same name from a store's values.
 *
 * @see https://external-secrets.io/latest/guides/templating/
 */
export function externalSecretManifest(form: CredentialForm, parts: ExternalParts) {
  const { store, refreshInterval = "1h", values } = parts;
  const { name, namespace } = form;
  const { type, labels, annotations } = secretTemplate(form);
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
      secretStoreRef: { name: store.name, kind: store.kind ?? "SecretStore" },
      refreshInterval,
      target: {
        name,
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: {
          engineVersion: "v2",
          type,
          metadata: { labels, annotations: texts(annotations) },
          ...dataTemplate(form, values),
        },
      },
      data: Object.entries(values).flatMap(([secretKey, value]) =>
        typeof value === "string" ? [] : [{ secretKey, remoteRef: { ...value } }],
      ),
    },
  };
}

/** What the Secret has beside the store's values, or instead of them. */
function dataTemplate({ format }: CredentialForm, values: ExternalParts["values"]) {
  if (format === "dockerconfigjson") {
    return { data: { [DOCKER_CONFIG_KEY]: dockerConfig(values) } };
  }
  const literals = Object.entries(values).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
  return literals.length === 0
    ? {}
    : { mergePolicy: "Merge", data: texts(Object.fromEntries(literals)) };
}

/** @see https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
function dockerConfig(values: ExternalParts["values"]): string {
  const [host = "", user = "", password = ""] = ["registry", "username", "password"].map((key) => {
    const value = values[key] ?? "";
    return typeof value === "string" ? JSON.stringify(value) : `.${key}`;
  });
  const auth = `(printf "%s:%s" ${user} ${password} | b64enc)`;
  const login = `(dict "username" ${user} "password" ${password} "auth" ${auth})`;
  return `{{ dict "auths" (dict ${host} ${login}) | toJson }}`;
}

/** The controller reads every string as a template. */
function texts(literals: Readonly<Record<string, string>>): Record<string, string> {
  return byName(literals, (_, text) =>
    text.includes("{{") ? `{{ ${JSON.stringify(text)} }}` : text,
  );
}
