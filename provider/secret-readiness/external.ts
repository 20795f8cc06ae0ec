import type { ExternalSecretReadinessInputs } from "../../contract/external-secret-readiness.ts";
import { rightsOfExternalSecret } from "../../rights.ts";
import type { Api } from "../cluster/api.ts";
import { digestOf, digestOfAll } from "../sealing.ts";
import type { SecretSource } from "./awaited-secret.ts";
import { find } from "./find.ts";
import type { Secret, SecretFinding } from "./finding.ts";
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
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

type Place = Pick<ExternalSecretReadinessInputs, "namespace" | "name">;

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

/**
 * An ExternalSecret and its Secret.
 * @param again whether the controller is to try once more what it gave up, or waits long to try
 */
export function externalSource(
  api: Api,
  place: Place,
  digestKey: string,
  { again }: { readonly again: boolean },
): SecretSource {
  const ask = again ? nudge(api, pathOf(place), ANNOTATION) : undefined;
  return {
    kind: "ExternalSecret",
    resource: "externalsecrets.external-secrets.io",
    namespace: place.namespace,
    name: place.name,
    rights: rightsOfExternalSecret(place),
    look: async (signal) => {
      await ask?.(signal);
      return look(api, place, digestKey, signal);
    },
  };
}

async function look(
  api: Api,
  place: Place,
  digestKey: string,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const externalSecret = (await find(api, pathOf(place), signal)) as ExternalSecret | undefined;
  if (externalSecret === undefined) {
    return { kind: "failed", message: "the ExternalSecret is not there" };
  }
  const finding = judgeExternalSecret(externalSecret);
  if (finding.kind === "ready") {
    const digest = await digestOfSecret(api, place, digestKey, signal);
    return digest === undefined
      ? { kind: "failed", message: "its Secret is not there" }
      : { kind: "ready", digest };
  }
  if (finding.kind !== "failed") {
    return finding;
  }
  const { namespace, name } = place;
  const event = await lastWarning(api, { kind: "ExternalSecret", namespace, name }, signal);
  return { ...finding, message: event ?? finding.message };
}

/** A digest of all values of the Secret; undefined where it is not there. */
export async function digestOfSecret(
  api: Api,
  { namespace, name }: Place,
  digestKey: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const secret = (await find(api, path, signal)) as Secret | undefined;
  if (secret === undefined) {
    return undefined;
  }
  const digests = Object.entries(secret.data ?? {}).map(([key, value]) => [
    key,
    digestOf(Buffer.from(value, "base64"), key, digestKey),
  ]);
  return digestOfAll(Object.fromEntries(digests) as Record<string, string>);
}

function pathOf({ namespace, name }: Place): string {
  return `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}`;
}
