import type { V1Secret } from "@kubernetes/client-node";

const PREFIX = "jenkins.io/credentials";

/** What each type must and may have, as the plugin's convertors ask for it. */
const TYPES: Readonly<Record<string, { readonly must: string[]; readonly may?: string[] }>> = {
  usernamePassword: { must: ["username", "password"] },
  secretText: { must: ["text"] },
  secretFile: { must: ["filename", "data"] },
  basicSSHUserPrivateKey: { must: ["privateKey", "username"], may: ["passphrase"] },
  gitHubApp: { must: ["appID", "privateKey"], may: ["owner", "apiUri"] },
  x509ClientCert: { must: ["clientCertificate", "clientKeySecret", "serverCaCertificate"] },
};

/** A credential as Jenkins would know it. */
export interface JenkinsCredential {
  readonly id: string;
  readonly type: string;
  readonly scope: string;
  readonly description: string;
  /** The folders and jobs that alone may use it; none is all. */
  readonly folders: readonly string[];
  readonly fields: Readonly<Record<string, Buffer>>;
}

/**
 * Reads a Secret by the rules of the Jenkins plugin kubernetes-credentials-provider, written down from its source
 * and not from Slipway's.
 *
 * @throws Error where the plugin would pass over the Secret
 * @see https://github.com/jenkinsci/kubernetes-credentials-provider-plugin
 */
export function readJenkinsCredential({ metadata, data = {} }: V1Secret): JenkinsCredential {
  const name = metadata?.name ?? "";
  const labels = metadata?.labels ?? {};
  const annotations = metadata?.annotations ?? {};
  const type = labels[`${PREFIX}-type`] ?? "none";
  const rule = TYPES[type];
  if (rule === undefined) {
    throw new Error(`${name}: no convertor for the type ${type}`);
  }
  const scope = (labels[`${PREFIX}-scope`] ?? "global").toLowerCase();
  const locations = annotations[`${PREFIX}-store-locations`];
  if (!["global", "system"].includes(scope)) {
    throw new Error(`${name}: no scope ${scope}`);
  }
  if (locations !== undefined && labels[`${PREFIX}-scope`] !== undefined) {
    throw new Error(`${name}: has a scope and store locations`);
  }
  const fields = [...rule.must, ...(rule.may ?? [])].flatMap((field) => {
    const key = annotations[`${PREFIX}-keybinding-${field}`] ?? field;
    const value = data[key];
    if (value !== undefined) {
      return [[field, Buffer.from(value, "base64")] as const];
    }
    if (rule.must.includes(field)) {
      throw new Error(`${name}: no ${key} for ${field}`);
    }
    return [];
  });
  return {
    id: name,
    type,
    scope,
    description: annotations[`${PREFIX}-description`] ?? "",
    folders: locations === undefined ? [] : foldersIn(locations),
    fields: Object.fromEntries(fields),
  };
}

function foldersIn(locations: string): string[] {
  const list = /^\[(.*)\]$/.exec(locations)?.[1];
  if (list === undefined) {
    throw new Error(`store locations are no list: ${locations}`);
  }
  return list.split(", ").map((item) => {
    const name = /^(['"])(.*)\1$/.exec(item)?.[2];
    if (name === undefined) {
      throw new Error(`a store location without quotes: ${item}`);
    }
    return name;
  });
}
