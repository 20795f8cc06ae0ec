import { MADE_HERE } from "../../contract/marks.ts";
import type { SealingScope } from "../../contract/sealed-values.ts";

/** What a credential is for, which gives its Secret the form that its reader wants. */
export type CredentialFormat = "opaque" | "dockerconfigjson" | JenkinsFormat;

/** Forms of the Jenkins plugin kubernetes-credentials-provider. */
export type JenkinsFormat =
  | "usernamePassword"
  | "secretText"
  | "secretFile"
  | "basicSSHUserPrivateKey"
  | "gitHubApp"
  | "x509ClientCert";

/** Keys of a format: the name of each, whether it must be there, and whether it may stand in clear. */
type KeyRules = Readonly<Record<string, { readonly required: boolean; readonly plain: boolean }>>;

const secret = { required: true, plain: false };
const plain = { required: true, plain: true };
const optionalSecret = { required: false, plain: false };
const optional = { required: false, plain: true };

/**
 * The keys of every format but `opaque`, whose keys are free.
 *
 * @see https://jenkinsci.github.io/kubernetes-credentials-provider-plugin/examples/
 */
export const CREDENTIAL_KEYS: Readonly<Record<Exclude<CredentialFormat, "opaque">, KeyRules>> = {
  usernamePassword: { username: plain, password: secret },
  secretText: { text: secret },
  secretFile: { filename: plain, data: secret },
  basicSSHUserPrivateKey: { username: plain, privateKey: secret, passphrase: optionalSecret },
  gitHubApp: { appID: plain, privateKey: secret, owner: optional, apiUri: optional },
  x509ClientCert: { clientCertificate: plain, clientKeySecret: secret, serverCaCertificate: plain },
  // What is omitted comes from the registry in the settings.
  dockerconfigjson: { registry: optional, username: optional, password: optionalSecret },
};

/** Key of a Secret that pulls images. */
export const DOCKER_CONFIG_KEY = ".dockerconfigjson";

/** What is common to all forms of a credential, without its values. */
export interface CredentialForm {
  /** Of the Secret; Jenkins knows the credential by it. */
  readonly name: string;
  readonly namespace: string;
  readonly format: CredentialFormat;
  readonly scope: SealingScope;
  readonly jenkins: JenkinsOptions;
}

/** What Jenkins learns about a credential. */
export interface JenkinsOptions {
  /** @default - none */
  readonly description?: string;
  /**
   * `system` keeps it from jobs.
   * @default global
   */
  readonly scope?: "global" | "system";
  /**
   * Only jobs in these folders may use it.
   * @default - all
   */
  readonly folders?: readonly string[];
  /**
   * Fields of the format by the key of the Secret that holds them, if it has a different name.
   * @default {}
   */
  readonly keyBindings?: Readonly<Record<string, string>>;
}

/** Whether Jenkins' plugin reads Secrets of this format as credentials. */
export function isForJenkins(format: CredentialFormat): format is JenkinsFormat {
  return format !== "opaque" && format !== "dockerconfigjson";
}

/** Type, labels and annotations of the Secret that a credential becomes. */
export function secretTemplate({ format, jenkins }: Pick<CredentialForm, "format" | "jenkins">) {
  const isJenkins = isForJenkins(format);
  return {
    type: format === "dockerconfigjson" ? "kubernetes.io/dockerconfigjson" : "Opaque",
    labels: {
      ...MADE_HERE,
      ...(isJenkins && { "jenkins.io/credentials-type": format }),
      ...(isJenkins && jenkins.scope && { "jenkins.io/credentials-scope": jenkins.scope }),
    },
    annotations: isJenkins ? jenkinsAnnotations(jenkins) : {},
  };
}

function jenkinsAnnotations(options: JenkinsOptions): Record<string, string> {
  const { description, folders, keyBindings = {} } = options;
  const prefix = "jenkins.io/credentials";
  const bindings = Object.entries(keyBindings).map(([field, key]) => [
    `${prefix}-keybinding-${field}`,
    key,
  ]);
  return {
    ...(description !== undefined && { [`${prefix}-description`]: description }),
    // The plugin splits at a comma with a space.
    ...(folders !== undefined && {
      [`${prefix}-store-locations`]: `[${folders.map((folder) => `'${folder}'`).join(", ")}]`,
    }),
    ...(Object.fromEntries(bindings) as Record<string, string>),
  };
}
