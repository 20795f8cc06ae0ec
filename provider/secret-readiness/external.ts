import type { ExternalSecretReadinessInputs } from "../../contract/external-secret-readiness";
import type { Api } from "../cluster/api";
import { ApiError } from "../cluster/api-error";
import { digestOf, digestOfAll } from "../sealing";
import type { Secret, SecretFinding } from "./finding";
import { lastWarning } from "./last-warning";
import { find } from "./look";

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

/** How an ExternalSecret is at this moment. */
export async function lookAtExternal(
  api: Api,
  place: Place,
  signal: AbortSignal,
): Promise<SecretFinding> {
  const externalSecret = (await find(api, pathOf(place), signal)) as ExternalSecret | undefined;
  if (externalSecret === undefined) {
    return { kind: "failed", message: "the ExternalSecret is not there" };
  }
  const finding = judgeExternalSecret(externalSecret);
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

/** Has the controller try once more what it gave up, or waits long to try. The object is afterwards as before. */
export async function syncAgain(api: Api, place: Place, signal: AbortSignal): Promise<void> {
  const path = pathOf(place);
  try {
    await api.patch(path, [{ op: "add", path: ANNOTATION, value: "again" }], {}, signal);
    await api.patch(path, [{ op: "remove", path: ANNOTATION }], {}, signal);
  } catch (error) {
    // The wait that follows says what is wrong with the ExternalSecret, or that there is none.
    if (!(error instanceof ApiError)) {
      throw error;
    }
  }
}

function pathOf({ namespace, name }: Place): string {
  return `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets/${name}`;
}
