import {
  externalSecretReadinessInputs,
  type ExternalSecretReadinessInputs,
} from "../../contract/external-secret-readiness.ts";
import { rightsOfExternalSecret } from "../../rights.ts";
import type { Api } from "../cluster/api.ts";
import { find } from "../cluster/find.ts";
import { valueDigest, valuesDigest } from "../sealing.ts";
import type { SecretKind } from "./awaited-secret.ts";
import type { Condition, Secret, SecretFinding } from "./finding.ts";
import { lastWarning } from "./last-warning.ts";
import { nudge } from "./nudge.ts";

/** What makes the controller look again, whatever it said last. */
const ANNOTATION = "/metadata/annotations/external-secrets.io~1force-sync";

/** What is looked at of an ExternalSecret. */
export interface ExternalSecret {
  readonly metadata: { readonly generation?: number };
  readonly status?: {
    /** The generation that was synchronized last, a hyphen, and more. */
    readonly syncedResourceVersion?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** What the controller says of an ExternalSecret. That it is ready counts only for the generation that it has seen. */
export function judgeExternalSecret({ metadata, status }: ExternalSecret): SecretFinding {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined) {
    return { kind: "waiting", message: "the controller has not seen it yet" };
  }
  if (ready.status === "False") {
    return { kind: "failed", message: ready.message ?? "the controller gives no reason" };
  }
  const synced = status?.syncedResourceVersion?.split("-")[0];
  return ready.status === "True" && synced === String(metadata.generation)
    ? { kind: "ready" }
    : { kind: "waiting", message: "the controller has not seen its last change yet" };
}

/** An ExternalSecret and its Secret, whose values are the store's. */
export const EXTERNAL_SECRET: SecretKind<ExternalSecretReadinessInputs> = {
  schema: externalSecretReadinessInputs,
  source: (api, inputs, digestKey, again) => {
    const ask = again ? nudge(api, pathOf(inputs), ANNOTATION) : undefined;
    return {
      kind: "ExternalSecret",
      resource: "externalsecrets.external-secrets.io",
      namespace: inputs.namespace,
      name: inputs.name,
      rights: rightsOfExternalSecret(inputs),
      look: async (signal) => {
        await ask?.(signal);
        return look(api, inputs, digestKey, signal);
      },
    };
  },
  digest: digestOfSecret,
  report: ({ namespace, name }, message) =>
    `ExternalSecret ${namespace}/${name} is not ready: ${message}; fix it and run pulumi up again; ` +
    `see more with: kubectl -n ${namespace} describe externalsecret ${name}`,
};

async function look(
  api: Api,
  inputs: ExternalSecretReadinessInputs,
  digestKey: string,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const externalSecret = await find<ExternalSecret>(api, pathOf(inputs), signal);
  if (externalSecret === undefined) {
    return { kind: "failed", message: "the ExternalSecret does not exist" };
  }
  const finding = judgeExternalSecret(externalSecret);
  if (finding.kind === "ready") {
    const digest = await digestOfSecret(api, inputs, digestKey, signal);
    return digest === undefined
      ? { kind: "failed", message: "its Secret does not exist" }
      : { kind: "ready", digest };
  }
  if (finding.kind !== "failed") {
    return finding;
  }
  const event = await lastWarning(api, "ExternalSecret", inputs, signal);
  return { ...finding, message: event ?? finding.message };
}

async function digestOfSecret(
  api: Api,
  { namespace, name }: ExternalSecretReadinessInputs,
  digestKey: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const secret = await find<Secret>(api, path, signal);
  const digests = Object.entries(secret?.data ?? {}).map(([key, value]) => [
    key,
    valueDigest(Buffer.from(value, "base64"), key, digestKey),
  ]);
  return secret && valuesDigest(Object.fromEntries(digests) as Record<string, string>);
}

function pathOf({ namespace, name }: ExternalSecretReadinessInputs): string {
  return `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}`;
}
